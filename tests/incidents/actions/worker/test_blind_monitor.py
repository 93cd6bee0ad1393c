"""A monitor that sees nothing tells so itself: refused, without a file, or without a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.actions import check_health, look
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.monitor import Settings, ask_due_checks, set_monitor
from incidents.actions.survey import Survey
from incidents.health_states import AlertState, HealthCause, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor, Notification
from incidents.states import Role
from runbook.health.criteria import Criteria
from runbook.health.definition import Infrastructure
from runbook.health.report import Area, AreaReport, Finding, Report, Severity, Verdict
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
KEY = "monitor/staging/blind"
FILE = Infrastructure(
    "netra-staging", "Netra staging", "netra-staging", "us-central1", (), (), Criteria(())
)

Pass = Callable[..., None]


@pytest.fixture
def environment(set_clock: SetClock) -> Environment:
    set_clock.at = START
    environment = factories.make_environment()
    administrator = factories.make_person("ada", Role.ADMINISTRATOR, environment=environment)
    factories.make_person("cleo", Role.COMMANDER, environment=environment)
    set_monitor(
        actor=administrator, environment_id=environment.pk, settings=Settings(is_on=True, every=300)
    )
    return environment


def report(verdict: Verdict, severity: Severity = "critical") -> Report:
    """The application answers whatever becomes of Google."""
    why = "Not allowed to use the connector." if verdict == "unchecked" else ""
    of_google = Finding(Area.CONNECTOR, "c", "c.state", "READY", "", verdict, severity, why)
    of_site = Finding(Area.ENDPOINTS, "https://s", "e.status", "200", "200", "passed")
    return Report(
        infrastructure=FILE.name,
        project=FILE.project,
        region=FILE.region,
        at=START.isoformat(),
        areas=(
            AreaReport(Area.CONNECTOR, "VPC Connector", (of_google,)),
            AreaReport(Area.ENDPOINTS, "Endpoints", (of_site,)),
        ),
    )


@pytest.fixture
def check_finds(environment: Environment, set_clock: SetClock) -> Pass:
    """The clock asks for the check that is due, a worker makes it, and five minutes pass."""

    def finds(*verdicts: Verdict, severity: Severity = "critical") -> None:
        for verdict in verdicts:
            ask_due_checks()
            check = look.claim(HealthCheck.objects.get(state=HealthCheckState.WAITING).pk)
            assert check is not None
            look.conclude(check, Survey(FILE, report(verdict, severity), ()), set_clock.at)
            set_clock.at += EVERY

    return finds


def blind() -> Alert | None:
    return Alert.objects.filter(key=KEY, state=AlertState.FIRING).first()


def test_third_check_that_finds_nothing_out_is_an_alert_and_the_first_that_does_ends_it(
    check_finds: Pass,
) -> None:
    check_finds("passed", "unchecked", "unchecked")
    assert blind() is None
    check_finds("unchecked", "unchecked")

    alert = blind()
    assert alert is not None
    assert alert.title == "The monitor of staging has seen nothing since 2026-03-02 14:00 UTC"
    assert (
        alert.because
        == "None of 1 expectations could be checked. Not allowed to use the connector."
    )
    assert (alert.severity, alert.times) == ("warning", 1)
    assert alert.first_at == START + 3 * EVERY
    tell_what_is_late()
    told = Notification.objects.filter(kind="alert", key__contains="page")
    assert [one.person.username for one in told if one.person] == ["cleo"]

    check_finds("passed")
    assert blind() is None


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_what_stood_before_goes_on_standing(check_finds: Pass, severity: Severity) -> None:
    check_finds("failed")
    check_finds("unchecked", "unchecked", "unchecked", "unchecked", severity=severity)

    firing = Alert.objects.filter(state=AlertState.FIRING).order_by("key")
    assert [one.key for one in firing] == [KEY, "monitor/staging/check/netra-staging"]
    check_finds("passed")
    assert not firing.all()


def test_checks_that_cannot_be_made_count_too(
    environment: Environment, set_clock: SetClock, settings: Any, tmp_path: Path
) -> None:
    settings.INFRASTRUCTURE = str(tmp_path)
    for _ in range(3):
        assert blind() is None
        ask_due_checks()
        look.run(HealthCheck.objects.get(state=HealthCheckState.WAITING).pk)
        set_clock.at += EVERY

    alert = blind()
    assert alert is not None
    assert alert.because.startswith("No infrastructure file names the project netra-staging.")


def test_clock_notices_that_no_worker_makes_checks(
    environment: Environment, set_clock: SetClock, check_finds: Pass
) -> None:
    check_finds("passed")
    for _ in range(3):
        ask_due_checks()
        set_clock.at += EVERY
    assert blind() is None
    ask_due_checks()
    ask_due_checks()

    alert = blind()
    assert alert is not None
    assert alert.because.startswith("No worker has made the check of 2026-03-02 14:05 UTC.")
    assert alert.times == 1
    check_finds("passed")
    assert blind() is None


def test_check_by_hand_that_finds_something_out_ends_it(
    environment: Environment, set_clock: SetClock, check_finds: Pass
) -> None:
    check_finds("unchecked", "unchecked", "unchecked")
    assert blind() is not None

    by_hand = check_health.ask(actor=None, environment=environment, cause=HealthCause.HAND)
    claimed = look.claim(by_hand.pk)
    assert claimed is not None
    look.conclude(claimed, Survey(FILE, report("passed"), ()), set_clock.at)

    assert blind() is None
    check_finds("unchecked", "unchecked")
    assert blind() is None


def test_long_ago_and_switched_off_say_nothing(
    environment: Environment, set_clock: SetClock, check_finds: Pass
) -> None:
    check_finds("unchecked", "unchecked")
    Monitor.objects.update(is_on=False)
    by_hand = check_health.ask(actor=None, environment=environment, cause=HealthCause.SCHEDULE)
    claimed = look.claim(by_hand.pk)
    assert claimed is not None
    look.conclude(claimed, Survey(FILE, report("unchecked"), ()), set_clock.at)
    assert blind() is None

    set_clock.advance(86400)
    Monitor.objects.update(is_on=True, next_at=set_clock.at)
    ask_due_checks()
    assert blind() is None
