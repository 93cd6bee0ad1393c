"""The simulator's clock, moved so that a day takes minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, INSTANCE, Running

CLOCK = "/_simulator/clock"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATENCY = "/v3/projects/netra-staging/timeSeries"
CPU = 'metric.type="vpcaccess.googleapis.com/connector/cpu/utilizations"'


@pytest.fixture
def day(healthy: Running) -> Iterator[Running]:
    move(healthy, START)
    yield healthy
    healthy.http.post("/_simulator/reset").raise_for_status()


def move(simulator: Running, at: datetime | None) -> None:
    body = {"at": at.isoformat() if at else None}
    simulator.http.post(CLOCK, json=body).raise_for_status()


def shown(simulator: Running) -> datetime:
    return datetime.fromisoformat(simulator.get(CLOCK)["at"])


def break_connector(simulator: Running, state: str) -> None:
    saved = simulator.get("/_simulator/state")
    saved["resources"][f"vpcaccess{CONNECTOR.removeprefix('/v1')}"]["state"] = state
    simulator.http.put("/_simulator/state", json=saved).raise_for_status()


def levels(simulator: Running, until: datetime, minutes: int) -> list[tuple[str, bool]]:
    """Of each minute whether it was a bad one, the newest first."""
    interval = {
        "interval.startTime": (until - timedelta(minutes=minutes)).isoformat(),
        "interval.endTime": until.isoformat(),
    }
    found: Any = simulator.http.get(LATENCY, params=interval | {"filter": CPU}).json()
    return [
        (one["interval"]["endTime"][11:16], one["value"]["distributionValue"]["mean"] > 0.5)
        for series in found["timeSeries"]
        for one in series["points"]
    ]


def test_clock_is_moved_and_runs_on(day: Running) -> None:
    first, second = shown(day), shown(day)

    assert START <= first <= second < START + timedelta(minutes=1)
    move(day, None)
    assert abs(shown(day) - datetime.now(UTC)) < timedelta(minutes=1)


def test_series_follow_the_moved_clock(day: Running) -> None:
    move(day, START + timedelta(minutes=2))
    break_connector(day, "CREATING")
    move(day, START + timedelta(minutes=4))
    break_connector(day, "READY")
    now = START + timedelta(minutes=6)
    move(day, now)

    assert levels(day, now + timedelta(minutes=30), 36) == [
        ("12:06", False),
        ("12:05", False),
        ("12:04", True),
        ("12:03", True),
        ("12:02", False),
        ("12:01", False),
        ("12:00", False),
    ]


def test_operations_and_faults_end_by_the_moved_clock(day: Running) -> None:
    day.arm(match=INSTANCE, kind="503", seconds=3600)
    begun = day.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10}).json()

    assert (day.http.get(INSTANCE).status_code, begun.get("done", False)) == (503, False)
    move(day, START + timedelta(hours=2))
    assert day.http.get(INSTANCE).status_code == 200
    assert day.get(f"/v1/{begun['name']}")["done"] is True


def test_reset_gives_the_real_time_back(day: Running) -> None:
    day.http.post("/_simulator/reset").raise_for_status()

    assert abs(shown(day) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body", [{}, {"at": "noon"}, {"at": "2026-03-02T12:00:00"}, {"at": 5}, {"at": None, "or": 1}]
)
def test_moment_that_is_none_is_refused(day: Running, body: dict[str, object]) -> None:
    answer = day.http.post(CLOCK, json=body)

    assert answer.status_code == 400
    assert "The clock takes" in answer.text
    assert shown(day) < START + timedelta(minutes=1)
