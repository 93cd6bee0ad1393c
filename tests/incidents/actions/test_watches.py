"""Thresholds while the clock is set back: what was read before must not hide what is read now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.actions.watches import move_watches
from incidents.models import ThresholdWatch
from runbook.health.judging import Reading
from runbook.health.measuring import Series
from runbook.health.thresholds import read_thresholds
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db


def test_a_reading_from_tomorrow_blinds_nobody(set_clock: SetClock) -> None:
    environment = factories.make_environment()
    tomorrow = set_clock.at + timedelta(days=1)
    ThresholdWatch.objects.create(
        environment=environment,
        name="cpu",
        subject="db",
        state="over",
        since=tomorrow,
        checked_at=tomorrow,
        value=99,
    )
    thresholds = read_thresholds([{"name": "cpu", "metric": "sql.cpu", "above": 80}])

    def stands_after(value: float) -> str:
        set_clock.advance(60)
        readings = {"db": [Reading(set_clock.at, value)]}
        series = [Series(thresholds[0].metric, readings)]
        (one,) = move_watches(environment, thresholds, series, now=set_clock.at, longest_gap=360)
        return one.standing.state if one.standing else ""

    assert [stands_after(50), stands_after(50)] == ["over", "normal"]
