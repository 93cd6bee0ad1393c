"""Thresholds as an infrastructure file writes them, and what is wrong with some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runbook.health import files, thresholds
from runbook.health.metrics import METRICS
from runbook.health.thresholds import BadThreshold, read_thresholds

SHIPPED = Path(__file__).parents[3] / "infrastructure"
OWN = {"name": "own", "filter": "x"}
GOOD: dict[str, Any] = {"name": "slow", "metric": "endpoint.seconds", "above": 5}


def test_shipped_file_has_the_limits_of_its_project() -> None:
    found = {
        one.name: (one.is_above, one.value, one.layer)
        for one in files.named(SHIPPED, "netra-staging").thresholds
    }

    assert found == {
        "connector-utilisation": (True, 80, "infrastructure"),
        "connector-instances": (False, 2, "infrastructure"),
        "connector-failures": (True, 5, "infrastructure"),
        "database-pool": (True, 85, "infrastructure"),
        "database-connection-time": (True, 30, "infrastructure"),
        "database-failed-connections": (True, 10, "infrastructure"),
        "start-up": (True, 300, "application"),
        "certificate-expires-soon": (False, 30, "infrastructure"),
        "certificate-expires": (False, 7, "infrastructure"),
        "login-success": (False, 95, "application"),
        "api-time": (True, 5, "application"),
        "websocket-time": (True, 10, "application"),
    }


def test_it_clears_at_the_same_value_after_the_same_time_unless_told() -> None:
    (plain,) = read_thresholds([GOOD | {"for": "5m"}])
    (told,) = read_thresholds([GOOD | {"for": "5m", "clears": {"below": 2, "for": 30}}])

    assert (plain.clears, plain.seconds, plain.clears_seconds) == (5, 300, 300)
    assert (told.clears, told.seconds, told.clears_seconds) == (2, 300, 30)
    assert plain.limit == "above 5 s"


def test_metric_of_ones_own_is_known_from_then_on() -> None:
    own = {"name": "queue.length", "filter": 'metric.type="custom.googleapis.com/queue"'}
    first, second = read_thresholds(
        [
            {"name": "long", "metric": own, "above": 100},
            {"name": "endless", "metric": "queue.length", "above": 1000, "severity": "critical"},
        ]
    )

    assert first.metric == second.metric
    assert first.metric.is_read


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ("much", ()),
        (["much"], (0,)),
        ([GOOD | {"below": 5}], (0,)),
        ([{"name": "slow", "metric": "endpoint.seconds"}], (0,)),
        ([GOOD | {"metric": "no.such"}], (0, "metric")),
        ([GOOD | {"metric": {"name": "own"}}], (0, "metric", "filter")),
        ([GOOD | {"metric": {"name": "sql.cpu", "filter": "x"}}], (0, "metric")),
        ([GOOD | {"metric": OWN | {"per": 0}}], (0, "metric", "per")),
        ([GOOD | {"metric": OWN | {"per": {"otherwise": 5}}}], (0, "metric", "per", "flag")),
        ([GOOD | {"metric": OWN | {"per": {"flag": "f"}}}], (0, "metric", "per", "otherwise")),
        ([GOOD | {"metric": OWN | {"per": {"flags": "f"}}}], (0, "metric", "per", "flags")),
        ([GOOD | {"above": "5"}], (0, "above")),
        ([GOOD | {"above": float("nan")}], (0, "above")),
        ([GOOD | {"for": "soon"}], (0, "for")),
        ([GOOD | {"clears": {"below": 6}}], (0, "clears", "below")),
        ([GOOD | {"clears": {"above": 4}}], (0, "clears", "above")),
        ([GOOD | {"severity": "bad"}], (0, "severity")),
        ([GOOD | {"surprise": 1}], (0, "surprise")),
        ([GOOD | {"name": "check"}], (0, "name")),
        ([GOOD, GOOD], (1, "name")),
    ],
)
def test_mistake_is_told_with_its_place(wrong: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(BadThreshold) as caught:
        read_thresholds(wrong)

    assert caught.value.path == path
    assert caught.value.sentence.endswith((".", "name."))


def test_every_metric_and_every_field_is_documented() -> None:
    text = (SHIPPED.parent / "docs" / "monitor.md").read_text()
    fields = thresholds.FIELDS | thresholds.METRIC_FIELDS | thresholds.FLAG_FIELDS

    assert [name for name in METRICS if f"`{name}`" not in text] == []
    assert [name for name in fields if f"`{name}`" not in text and f" {name}: " not in text] == []
