"""Watching an environment: who sets it, when checks are asked for, what counts as usual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.alerts import Signal, hear
from incidents.actions.monitor import (
    Settings,
    accept_drift,
    ask_due_checks,
    next_after,
    set_monitor,
)
from incidents.health_states import (
    AlertKind,
    AlertState,
    HealthCause,
    HealthCheckState,
    HealthStatus,
)
from incidents.models import (
    AdministrationEntry,
    Alert,
    AlertRule,
    Environment,
    HealthCheck,
    Monitor,
    Notification,
)
from incidents.queries.environment_health.standing import read_standing
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 16, 9, 0, tzinfo=UTC)
ON = Settings(is_on=True, every=300)


@pytest.fixture
def environment() -> Environment:
    return factories.make_environment()


@pytest.fixture
def administrator(environment: Environment) -> User:
    return factories.make_person("ada", Role.ADMINISTRATOR, environment=environment)


@pytest.fixture(autouse=True)
def begins(set_clock: SetClock) -> None:
    set_clock.at = START


def set_on(administrator: User, environment: Environment) -> Monitor:
    return set_monitor(actor=administrator, environment_id=environment.pk, settings=ON)


def end_checks() -> None:
    HealthCheck.objects.update(state=HealthCheckState.DONE, status=HealthStatus.HEALTHY)


def test_administrator_sets_it_and_the_ledger_says_what_changed(
    environment: Environment, administrator: User
) -> None:
    monitor = set_on(administrator, environment)

    assert (monitor.is_on, monitor.next_at) == (True, START)
    entry = AdministrationEntry.objects.get(kind="monitor.set")
    assert entry.text == "set the monitor of staging: on"
    set_monitor(actor=administrator, environment_id=environment.pk, settings=ON)
    assert AdministrationEntry.objects.filter(kind="monitor.set").count() == 1
    other = Settings(is_on=False, every=60, infrastructure="", keeps_days=3, keeps_sums_days=90)
    set_monitor(actor=administrator, environment_id=environment.pk, settings=other)
    newest = AdministrationEntry.objects.filter(kind="monitor.set")[0]
    assert newest.text == (
        "set the monitor of staging: off, every 60 s, whole reports for 3 days, counts for 90 days"
    )


def test_responder_may_not_set_it(environment: Environment, engineer: User) -> None:
    with pytest.raises(Refused) as caught:
        set_monitor(actor=engineer, environment_id=environment.pk, settings=ON)

    assert caught.value.status == 403
    assert not Monitor.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        Settings(is_on=True, every=9),
        Settings(is_on=True, every=100_000),
        Settings(is_on=True, keeps_days=0),
        Settings(is_on=True, keeps_days=30, keeps_sums_days=29),
        Settings(is_on=True, infrastructure="no-such-file"),
    ],
)
def test_what_makes_no_sense_is_refused(
    wrong: Settings, environment: Environment, administrator: User
) -> None:
    with pytest.raises(Refused) as caught:
        set_monitor(actor=administrator, environment_id=environment.pk, settings=wrong)

    assert caught.value.status == 422


def test_checks_lie_on_a_grid_and_missed_ones_are_not_made_up(
    environment: Environment, administrator: User, set_clock: SetClock
) -> None:
    set_on(administrator, environment)
    due = Monitor.objects.get()

    assert (ask_due_checks(), ask_due_checks()) == (1, 0)
    assert HealthCheck.objects.get().cause == HealthCause.SCHEDULE
    end_checks()
    set_clock.advance(17 * 60 + 3)
    assert (ask_due_checks(), ask_due_checks()) == (1, 0)
    due.refresh_from_db()
    assert due.next_at == START + timedelta(minutes=20)
    assert HealthCheck.objects.count() == 2


def test_checks_go_on_after_the_clock_was_set_back(
    environment: Environment, administrator: User, set_clock: SetClock
) -> None:
    set_on(administrator, environment)
    ask_due_checks()
    end_checks()
    set_clock.advance(-3601)
    assert read_standing(environment, now=set_clock.at).is_stale

    assert (ask_due_checks(), ask_due_checks()) == (1, 0)
    assert Monitor.objects.get().next_at == START - timedelta(minutes=60)
    end_checks()
    standing = read_standing(environment, now=set_clock.at)
    assert (standing.is_stale, standing.check) == (False, HealthCheck.objects.latest("pk"))
    set_clock.advance(1)
    assert (ask_due_checks(), ask_due_checks()) == (1, 0)


def test_slow_check_has_no_second_beside_it(
    environment: Environment, administrator: User, set_clock: SetClock
) -> None:
    set_on(administrator, environment)
    ask_due_checks()
    set_clock.advance(300)

    assert ask_due_checks() == 1
    assert HealthCheck.objects.count() == 1


@pytest.mark.parametrize(("late", "minutes"), [(0, 5), (299, 5), (300, 10), (1_000_000, 16_670)])
def test_next_time_lies_on_the_grid_ahead(late: int, minutes: int) -> None:
    now = START + timedelta(seconds=late)

    assert next_after(START, 300, now) == START + timedelta(minutes=minutes)


def test_switching_off_ends_what_it_told_of(environment: Environment, administrator: User) -> None:
    set_on(administrator, environment)
    mine = {"kind": AlertKind.MONITOR, "firing": True, "title": "x", "environment": environment}
    hear(Signal(key="monitor/staging/api-time/x", **mine))  # type: ignore[arg-type]
    off = ON._replace(is_on=False)
    set_monitor(actor=administrator, environment_id=environment.pk, settings=off)

    assert Alert.objects.get().state == AlertState.RESOLVED
    assert ask_due_checks() == 0


def drifted(environment: Environment, **columns: object) -> HealthCheck:
    return HealthCheck.objects.create(
        **{
            "environment": environment,
            "cause": HealthCause.SCHEDULE,
            "requested_at": START,
            "queued_at": START,
            "ended_at": START,
            "state": HealthCheckState.DONE,
            "status": HealthStatus.HEALTHY,
            "snapshot": {"connectors/a": {"maxInstances": 7}},
            "drift": [{"resource": "connectors/a", "path": "maxInstances"}],
        }
        | columns
    )


def test_administrator_accepts_what_is_configured_now(
    environment: Environment, administrator: User
) -> None:
    set_on(administrator, environment)
    check = drifted(environment)

    accept_drift(actor=administrator, check_id=check.pk)

    assert Monitor.objects.get().baseline == check
    assert AdministrationEntry.objects.filter(kind="monitor.accepted").count() == 1
    assert HealthCheck.objects.filter(cause=HealthCause.HAND).count() == 1


def test_nobody_else_accepts_and_not_what_was_half_read(
    environment: Environment, administrator: User, engineer: User
) -> None:
    set_on(administrator, environment)

    with pytest.raises(Refused, match="administrators"):
        accept_drift(actor=engineer, check_id=drifted(environment).pk)
    with pytest.raises(Refused, match="whole configuration"):
        accept_drift(actor=administrator, check_id=drifted(environment, unchecked=1).pk)
    with pytest.raises(Refused, match="whole configuration"):
        accept_drift(actor=administrator, check_id=drifted(environment, snapshot=None).pk)
    assert Monitor.objects.get().baseline is None


def test_who_commands_is_told_of_what_the_monitor_finds(
    environment: Environment, administrator: User
) -> None:
    commander = factories.make_person("cleo", Role.COMMANDER, environment=environment)
    factories.make_person("vera", Role.VIEWER, environment=environment)
    key = "monitor/staging/check"
    hear(
        Signal(kind=AlertKind.MONITOR, key=key, firing=True, title="Down", environment=environment)
    )

    set_on(administrator, environment)
    tell_what_is_late()

    told = Notification.objects.filter(kind="alert", key__contains="page")
    assert [one.person for one in told] == [commander]
    assert AlertRule.objects.get().name == f"Monitor of {environment}"


def test_another_rule_about_the_monitor_is_enough(
    environment: Environment, administrator: User
) -> None:
    about = {"label": "kind", "test": "is", "value": "monitor"}
    AlertRule.objects.create(name="ours", matchers=[about], tells=["platform"], is_on=False)
    set_on(administrator, environment)
    set_monitor(actor=administrator, environment_id=environment.pk, settings=Settings(is_on=False))
    set_on(administrator, environment)
    assert [rule.name for rule in AlertRule.objects.all()] == ["ours"]
