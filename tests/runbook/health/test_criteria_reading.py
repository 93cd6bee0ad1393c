"""The block `validation` of an infrastructure file, and its mistakes."""

from __future__ import annotations

import pytest

from runbook.document.definition import Json
from runbook.health.criteria import (
    OTHERWISE,
    Category,
    Criterion,
    OfAreas,
    OfLogs,
    OfMetric,
    OfPage,
    OfSocket,
    OfSteps,
)
from runbook.health.criteria_reading import BadCriterion, read_criteria
from runbook.health.report import Area


def one(criterion: Json) -> Json:
    return {"categories": {"services": {"criteria": [criterion]}}}


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"areas": ["services", "ssl"]}, OfAreas((Area.SERVICES, Area.SSL))),
        ({"endpoint": "https://a.b/"}, OfPage("https://a.b/")),
        (
            {"endpoint": "https://a.b/", "status": 301, "within": "5s", "tries": 3},
            OfPage("https://a.b/", 301, 5.0, 3),
        ),
        ({"websocket": "wss://a.b/ws", "within": 2}, OfSocket("wss://a.b/ws", 2.0)),
        ({"metric": "run.errors", "below": 1}, OfMetric("run.errors", 1.0)),
        ({"metric": "logins.success", "above": 95}, OfMetric("logins.success", 95.0, True)),
        (
            {"logs": "severity>=ERROR", "at_most": 2, "over": "1h"},
            OfLogs("severity>=ERROR", 2, 3600),
        ),
        ({"steps": "exit criteria"}, OfSteps()),
    ],
)
def test_each_kind_of_criterion_is_read(written: Json, what: object) -> None:
    (found,) = read_criteria(one(written)).criteria()
    assert found == (Category.SERVICES, Criterion(what))  # type: ignore[arg-type]  # as written


def test_categories_come_in_their_order_with_what_is_critical() -> None:
    steps: Json = {"criteria": [{"steps": "exit criteria", "severity": "warning", "title": "x"}]}
    ssl: Json = {"critical": True, "criteria": [{"areas": ["ssl"]}]}
    found = read_criteria(
        {"pass_rate": 90, "categories": {"business": steps, "infrastructure": ssl}}
    )
    assert [group.category for group in found.groups] == ["infrastructure", "business"]
    assert (found.pass_rate, found.critical) == (90.0, {Category.INFRASTRUCTURE})
    assert found.groups[1].criteria == (Criterion(OfSteps(), "x", "warning"),)


def test_a_file_without_it_has_the_usual_criteria() -> None:
    assert read_criteria(None) is OTHERWISE


@pytest.mark.parametrize(
    ("written", "sentence", "path"),
    [
        ([], "Here belong categories, pass_rate.", ()),
        ({"categories": {}}, "A validation needs `categories` with criteria.", ()),
        ({"pass_rate": 101, "categories": {}}, "`pass_rate` is a number", ("pass_rate",)),
        ({"categories": {"speed": {}}}, "`speed` is not known here", ("categories", "speed")),
        (
            {"categories": {"services": {"critical": "yes", "criteria": []}}},
            "`critical` is true or false.",
            ("categories", "services", "critical"),
        ),
        (
            {"categories": {"services": {"criteria": []}}},
            "`criteria` is a list with at least one entry.",
            ("categories", "services", "criteria"),
        ),
        (one({"steps": "exit criteria", "areas": ["ssl"]}), "A criterion has exactly one of", ()),
        (one({"areas": ["everything"]}), "`areas` is a list of some of", ("areas",)),
        (one({"endpoint": "a.b"}), "`endpoint` is a whole address", ("endpoint",)),
        (one({"endpoint": "https://a.b/", "tries": 0}), "`tries` is a number", ("tries",)),
        (one({"websocket": "https://a.b/"}), "begins with wss://", ("websocket",)),
        (one({"metric": "run.errors"}), "needs either `above` or `below`", ()),
        (one({"logs": ""}), "`logs` is a text", ("logs",)),
        (one({"logs": "a", "over": "long"}), "`over` is a length of time", ("over",)),
        (one({"steps": "all"}), "`steps` can only be", ("steps",)),
        (one({"steps": "exit criteria", "severity": "grave"}), "`severity` is", ("severity",)),
    ],
)
def test_mistakes_are_said_with_their_place(
    written: Json, sentence: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(BadCriterion) as found:
        read_criteria(written)
    assert sentence in found.value.sentence
    assert found.value.path[-len(path) :] == path if path else True
