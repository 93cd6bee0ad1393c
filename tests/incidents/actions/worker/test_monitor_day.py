"""A day of the monitor in seconds: flapping, an outage, drift, silence and recovery, and which
alerts come of it; then what is left of the day a week and a year later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from incidents.actions import look
from incidents.actions.monitor import ask_due_checks
from incidents.actions.retention import compact
from incidents.actions.survey import Survey
from incidents.health_states import HealthCheckState
from incidents.models import Alert, HealthCheck, Measurement, Monitor, ThresholdWatch
from runbook.health import files
from runbook.health.definition import Infrastructure
from runbook.health.judging import Reading
from runbook.health.measuring import Series
from runbook.health.report import Area, AreaReport, Finding, Measured, Report
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, tzinfo=UTC)
SHIPPED = Path(__file__).parents[4] / "infrastructure"
CONNECTOR = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
WATCHED = ("connector-utilisation", "login-success", "api-time")
STEP = 5
"""Minutes between two checks; metrics have a value each minute."""

BUSY = (
    range(355, 385),
    range(475, 520),
    range(595, 665),
    range(715, 775),
    range(835, 910),
    range(955, 1030),
    range(1195, 1235),
)
CHECKED = [one for one in range(0, 24 * 60, STEP) if one % 60 == 0 or any(one in b for b in BUSY)]
"""Where nothing happens the clock sleeps for up to an hour, and the next check reads all of it."""


def utilisation(minute: int) -> float | None:
    """A spike, flapping that never lasts, an hour of load that flaps as it ebbs, and an outage
    during which there is nothing to measure."""
    if 360 <= minute < 363 or 600 <= minute < 620:
        return 95
    if 480 <= minute < 510:
        return 85 if minute % 6 < 4 else 75
    if 620 <= minute < 650:
        return 72 if minute % 2 else 85
    return None if 840 <= minute < 900 else 30


def logins(minute: int) -> float | None:
    return 80 if 1200 <= minute < 1220 else 100


def is_silent(minute: int) -> bool:
    """Cloud Monitoring refuses to be read for an hour."""
    return 960 <= minute < 1020


def state(minute: int) -> Finding:
    """Down for an hour, in the middle of which it could not be looked at."""
    creates = 840 <= minute < 900
    finding = Finding(
        Area.CONNECTOR,
        CONNECTOR,
        "connectors.staging-connector.state",
        "READY",
        "CREATING" if creates else "READY",
        "failed" if creates else "passed",
        message="VPC connector state is 'CREATING', expected 'READY'" if creates else "",
    )
    if 860 <= minute < 870:
        refused = "Permission denied"
        return Finding(*finding_place(finding), "unchecked", message=refused)
    return finding


def finding_place(finding: Finding) -> tuple[Area, str, str, str, str]:
    return finding.area, finding.resource, finding.expectation, finding.expected, ""


def found_at(minute: int, since: int, infrastructure: Infrastructure) -> Survey:
    finding = state(minute)
    fields = {"maxInstances": 7 if 720 <= minute < 765 else 10}
    report = Report(
        infrastructure="netra-staging",
        project="netra-staging",
        region="us-central1",
        at=(START + timedelta(minutes=minute)).isoformat(),
        areas=(AreaReport(Area.CONNECTOR, "VPC Connector", (finding,)),),
        measured=(Measured("endpoint.seconds", "https://staging.netrasystems.ai", 0.4),),
        snapshot={} if finding.verdict == "unchecked" else {CONNECTOR: fields},
    )
    at = START + timedelta(minutes=minute)
    metrics = {one.metric.name: one.metric for one in infrastructure.thresholds}
    return Survey(
        infrastructure,
        report,
        [
            read(since, minute, Series(metrics["connector.utilisation"]), CONNECTOR, utilisation),
            read(since, minute, Series(metrics["logins.success"]), "netra-staging", logins),
            Series(
                metrics["endpoint.seconds"],
                {one.subject: [Reading(at, one.value)] for one in report.measured},
            ),
        ],
    )


def read(
    since: int, minute: int, series: Series, subject: str, value: Callable[[int], float | None]
) -> Series:
    """Some minutes were read before."""
    if is_silent(minute):
        return Series(series.metric, why_none="Permission monitoring.timeSeries.list denied")
    readings = [
        Reading(START + timedelta(minutes=one), number)
        for one in range(max(0, since - STEP), minute + 1)
        if (number := value(one)) is not None and not is_silent(one)
    ]
    return Series(series.metric, {subject: readings} if readings else {})


@pytest.fixture
def day(set_clock: SetClock) -> Monitor:
    shipped = files.named(SHIPPED, "netra-staging")
    infrastructure = replace(
        shipped,
        resources=(),
        thresholds=tuple(one for one in shipped.thresholds if one.name in WATCHED),
    )
    set_clock.at = START
    monitor = Monitor.objects.create(
        environment=factories.make_environment(), is_on=True, every=STEP * 60, next_at=START
    )
    for since, minute in pairwise([0, *CHECKED]):
        set_clock.at = START + timedelta(minutes=minute)
        assert ask_due_checks() == 1
        check = look.claim(HealthCheck.objects.get(state=HealthCheckState.WAITING).pk)
        assert check is not None
        look.conclude(check, found_at(minute, since, infrastructure), set_clock.at)
    monitor.refresh_from_db()
    return monitor


def clock_time(at: datetime | None) -> str:
    assert at is not None
    return f"{at:%H:%M}"


def test_day_has_the_alerts_it_should_and_is_summed_up_later(
    day: Monitor, set_clock: SetClock
) -> None:
    told = [
        (one.key.split("/")[2], clock_time(one.first_at), clock_time(one.resolved_at), one.verdict)
        for one in Alert.objects.order_by("first_at")
    ]
    assert told == [
        ("connector-utilisation", "10:05", "10:55", "infrastructure"),
        ("drift", "12:00", "12:45", ""),
        ("check", "14:00", "15:00", "infrastructure"),
        ("login-success", "20:05", "20:25", "application"),
    ]
    assert set(Alert.objects.values_list("times", flat=True)) == {1}
    assert set(ThresholdWatch.objects.values_list("state", flat=True)) == {"normal"}
    silent = HealthCheck.objects.get(requested_at=START + timedelta(minutes=1000))
    assert silent.report is not None
    assert [bool(one["detail"]) for one in silent.report["numbers"]] == [True, True, False]
    assert HealthCheck.objects.count() == len(CHECKED)
    assert day.baseline == HealthCheck.objects.last()

    set_clock.at = START + timedelta(days=2, hours=1)
    compact(day)

    whole = HealthCheck.objects.filter(report__isnull=False).order_by("pk")
    assert [clock_time(one.requested_at) for one in whole] == [
        "00:00",
        "01:00",
        *(f"12:{minute:02}" for minute in range(0, 50, 5)),
        "14:00",
        "14:20",
        "14:30",
        "15:00",
    ]

    set_clock.at = START + timedelta(days=9)
    compact(day)

    hours = Measurement.objects.values_list("name", "span")
    assert {one: list(hours).count(one) for one in set(hours)} == {
        ("connector.utilisation", 3600): 22,
        ("logins.success", 3600): 23,
        ("endpoint.seconds", 3600): 24,
    }
    busy = Measurement.objects.get(name="connector.utilisation", at=START + timedelta(hours=10))
    assert (busy.count, busy.least, busy.most) == (60, 30, 95)
    assert busy.value == pytest.approx((20 * 95 + 15 * 72 + 15 * 85 + 10 * 30) / 60)
    kept = HealthCheck.objects.filter(snapshot__isnull=False)
    assert list(kept) == [day.baseline]
    assert HealthCheck.objects.filter(criticals=1, report__isnull=True).count() == 10

    set_clock.at = START + timedelta(days=402)
    compact(day)

    assert list(HealthCheck.objects.all()) == [day.baseline]
    assert not Measurement.objects.exists()
    assert not ThresholdWatch.objects.exists()
