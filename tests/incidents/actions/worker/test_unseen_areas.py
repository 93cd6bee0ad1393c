"""A monitor that sees some areas and not others says so, once for each that it does not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.actions import check_health, look
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.monitor import Settings, ask_due_checks, set_monitor
from incidents.actions.retention import compact
from incidents.actions.survey import Survey
from incidents.actions.tell_of_health import Seen, tell_of_health
from incidents.health_states import AlertState, HealthCause, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Incident, Monitor, Notification
from incidents.states import Role
from runbook.health.criteria import Criteria
from runbook.health.definition import Infrastructure
from runbook.health.report import Area, AreaReport, Finding, Report
from runbook.health.verdict import Verdict
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
SECRETS, SITE = "monitor/staging/blind/secrets", "monitor/staging/blind/endpoints"
WHOLE = "monitor/staging/blind"
FILE = Infrastructure(
    "netra-staging", "Netra staging", "netra-staging", "us-central1", (), (), Criteria(())
)
REFUSED = (
    "Not allowed to use projects/p/secrets/a. Google says: Permission"
    " 'secretmanager.versions.access' denied. The credentials need the permission"
    " secretmanager.versions.access."
)
BOTH = ("a", "b")

Pass = Callable[..., None]


@pytest.fixture
def environment(set_clock: SetClock) -> Environment:
    set_clock.at = START
    environment = factories.make_environment()
    administrator = factories.make_person("ada", Role.ADMINISTRATOR, environment=environment)
    factories.make_person("cleo", Role.COMMANDER, environment=environment)
    set_monitor(actor=administrator, environment_id=environment.pk, settings=Settings(is_on=True))
    return environment


def finding(area: Area, name: str, *, is_seen: bool, why: str = REFUSED) -> Finding:
    message = "" if is_seen else f"Secret '{name}' was not checked. {why}"
    verdict = "passed" if is_seen else "unchecked"
    return Finding(area, name, f"{area}.{name}.state", "there", "", verdict, message=message)


def report(*unseen: str, connector: bool = True, site: bool = True, why: str = REFUSED) -> Report:
    """Two secrets, a connector, and a site; the secrets named are not seen."""
    secrets = [finding(Area.SECRETS, one, is_seen=one not in unseen, why=why) for one in BOTH]
    way = finding(Area.CONNECTOR, "c", is_seen=connector)
    page = finding(Area.ENDPOINTS, "https://s", is_seen=site)
    areas = (
        AreaReport(Area.CONNECTOR, "VPC Connector", (way,)),
        AreaReport(Area.SECRETS, "Secret Manager Secrets", tuple(secrets)),
        AreaReport(Area.ENDPOINTS, "Endpoints", (page,)),
    )
    return Report(FILE.name, FILE.project, FILE.region, START.isoformat(), areas)


NOTHING = report(*BOTH, connector=False)


@pytest.fixture
def check_finds(environment: Environment, set_clock: SetClock) -> Pass:
    """The clock asks for the check that is due, a worker makes it, and five minutes pass."""

    def finds(*reports: Report) -> None:
        for one in reports:
            ask_due_checks()
            _make(HealthCheck.objects.get(state=HealthCheckState.WAITING), one, set_clock.at)
            set_clock.at += timedelta(seconds=Monitor.objects.get().every)

    return finds


def _make(check: HealthCheck, found: Report, at: datetime) -> None:
    claimed = look.claim(check.pk)
    assert claimed is not None
    look.conclude(claimed, Survey(FILE, found, ()), at)


def by_hand(environment: Environment, found: Report, at: datetime) -> None:
    _make(check_health.ask(actor=None, environment=environment, cause=HealthCause.HAND), found, at)


def firing() -> list[str]:
    rows = Alert.objects.filter(state=AlertState.FIRING).order_by("key")
    return list(rows.values_list("key", flat=True))


def test_third_check_in_a_row_begins_one_alert_and_the_first_that_sees_it_ends_it(
    check_finds: Pass,
) -> None:
    check_finds(report(), report(*BOTH), report(*BOTH))
    assert firing() == []
    check_finds(report(*BOTH), report(*BOTH))

    alert = Alert.objects.get(key=SECRETS)
    of_it = "not seen all of Secret Manager Secrets since 2026-03-02 14:00 UTC"
    assert alert.title == f"The monitor of staging has {of_it}"
    none = "None of 2 expectations could be checked."
    assert alert.because == f"{none} Secret 'a' was not checked. {REFUSED}"
    assert (alert.severity, alert.times, alert.first_at) == ("warning", 1, START + 3 * EVERY)
    assert (alert.labels["threshold"], alert.labels["area"]) == ("blind", "secrets")
    tell_what_is_late()
    told = Notification.objects.filter(kind="alert", key__contains="page")
    assert [one.person.username for one in told if one.person] == ["cleo"]

    check_finds(report())
    assert firing() == []


def test_part_of_an_area_counts_and_so_do_endpoints(check_finds: Pass) -> None:
    check_finds(*[report("b", site=False)] * 3)

    assert firing() == [SITE, SECRETS]
    because = Alert.objects.get(key=SECRETS).because
    assert because.startswith("1 of 2 could not be checked. Secret 'b' was not")


def test_two_of_three_are_nothing(check_finds: Pass) -> None:
    check_finds(*[report("a"), report("a"), report()] * 3)
    check_finds(*[report("a"), report("b")] * 3)

    assert not Alert.objects.exists()


def test_for_another_reason_the_words_follow_and_nobody_is_told_again(check_finds: Pass) -> None:
    check_finds(*[report(*BOTH)] * 3)
    tell_what_is_late()
    told = Notification.objects.count()
    before = Alert.objects.get()

    check_finds(report("b", why="Google did not answer within 5 s."))
    tell_what_is_late()

    alert = Alert.objects.get()
    assert (alert.pk, alert.title, alert.state) == (before.pk, before.title, "firing")
    part = "1 of 2 could not be checked."
    assert alert.because == f"{part} Secret 'b' was not checked. Google did not answer within 5 s."
    assert Notification.objects.count() == told


def test_what_is_seen_of_it_again_does_not_end_it_while_the_rest_is_not(check_finds: Pass) -> None:
    check_finds(*[report(*BOTH)] * 3, report("b"))
    assert firing() == [SECRETS]

    check_finds(report("a"))
    assert firing() == []


def test_monitor_that_sees_nothing_begins_none_and_ends_none(check_finds: Pass) -> None:
    check_finds(*[report("a")] * 3)
    check_finds(*[NOTHING] * 4)

    assert firing() == [WHOLE, SECRETS]
    assert Alert.objects.get(key=SECRETS).times == 1
    check_finds(report())
    assert firing() == []


def test_area_that_stays_dark_when_the_rest_is_seen_again(check_finds: Pass) -> None:
    check_finds(report(), *[NOTHING] * 4)
    assert firing() == [WHOLE]

    check_finds(report(*BOTH))

    assert firing() == [SECRETS]
    assert Alert.objects.get(key=SECRETS).title.endswith("since 2026-03-02 14:00 UTC")


def test_check_by_hand_ends_it_and_counts_for_none(
    environment: Environment, set_clock: SetClock, check_finds: Pass
) -> None:
    check_finds(report("a"), report("a"))
    by_hand(environment, report("a"), set_clock.at)
    assert firing() == []
    by_hand(environment, report(), set_clock.at)
    check_finds(report("a"))
    assert firing() == []

    check_finds(report("a"), report("a"))
    assert firing() == [SECRETS]
    by_hand(environment, report(), set_clock.at)
    assert firing() == []


def test_after_a_pause_it_goes_on_and_is_not_told_twice(
    set_clock: SetClock, check_finds: Pass
) -> None:
    check_finds(*[report("a")] * 3)
    set_clock.advance(86400)
    check_finds(report("a"))

    assert (firing(), Alert.objects.count()) == ([SECRETS], 1)


def test_monitor_that_is_switched_off_ends_it(environment: Environment, check_finds: Pass) -> None:
    check_finds(*[report("a")] * 3)
    otto = factories.make_person("otto", Role.ADMINISTRATOR, environment=environment)

    off = Settings(is_on=False)
    set_monitor(actor=otto, environment_id=environment.pk, settings=off)

    assert firing() == []


def test_rule_declares_from_it(check_finds: Pass) -> None:
    matchers = [{"label": "area", "test": "is", "value": "secrets"}]
    make_declaring(make_monitor(), matchers=matchers, position=0)

    check_finds(*[report("a", site=False)] * 3)

    assert Incident.objects.count() == 1
    assert Alert.objects.exclude(incident=None).get().key == SECRETS


def test_reports_that_count_are_kept_however_seldom_checks_are_made(check_finds: Pass) -> None:
    Monitor.objects.update(every=24 * 3600, keeps_days=1)
    check_finds(report("a"), report("a"))
    compact(Monitor.objects.get())
    check_finds(report("a"))

    assert firing() == [SECRETS]


def test_one_query_while_all_is_seen(
    environment: Environment, django_assert_num_queries: Any
) -> None:
    seen = Seen(environment.monitor, report(), (), (), Verdict())
    with django_assert_num_queries(1):
        tell_of_health(seen)
