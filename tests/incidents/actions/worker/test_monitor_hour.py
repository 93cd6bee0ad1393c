"""An hour of the monitor with real reads: an outage, drift, Google that refuses, and recovery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import HealthCheck, Measurement
from tests.runbook.simulator.running import running
from tests.support.simulator import Simulator
from tests.support.watched_time import WatchedTime, watched_time

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def time() -> Iterator[WatchedTime]:
    with (
        running(scenario="healthy") as simulator,
        watched_time(Simulator(simulator.address), begins=NOON, every=300) as time,
    ):
        yield time


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def test_hour_of_outage_drift_and_silence_is_told_as_it_was(time: WatchedTime) -> None:
    time.pass_until(minutes(2))
    time.set_connector(state="CREATING")
    time.pass_until(minutes(16))
    time.set_connector(state="READY")
    time.pass_until(minutes(27))
    time.set_connector(maxInstances=9)
    time.pass_until(minutes(32))
    time.set_connector(maxInstances=10)
    time.pass_until(minutes(37))
    time.refuse("403", seconds=15 * 60)
    time.pass_until(minutes(56))

    assert [str(one) for one in time.told] == [
        "check 12:05 to 12:20",
        "connector-failures 12:10 to 12:25",
        "connector-instances 12:10 to 12:20",
        "connector-utilisation 12:10 to 12:25",
        "database-connection-time 12:10 to 12:25",
        "database-failed-connections 12:10 to 12:25",
        "login-success 12:10 to 12:25",
        "start-up 12:10 to 12:30",
        "drift 12:30 to 12:35",
        "blind 12:50 to 12:55",
    ]
    assert time.checks == HealthCheck.objects.count() == 12
    read = Measurement.objects.filter(name="connector.utilisation", at__gte=NOON)
    assert read.count() == 56  # each minute, those of the silence read afterwards
