"""Checks over time, equal ones as one spell, with incidents between them; and points of trends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration
from incidents.actions import monitor
from incidents.health_states import HealthCause
from incidents.models import Alert, Environment, HealthCheck, Incident, Measurement
from incidents.queries.environment_health.history import Acceptance, Event, Spell, read_history
from incidents.queries.environment_health.matrix import Look, read_matrix, rows_of
from incidents.queries.environment_health.strip import read_strips
from incidents.queries.environment_health.trends import read_points, read_trends
from incidents.queries.incident_health import fault_of, read_incident_health
from incidents.states import Role
from tests import factories
from tests.browser.health import CONNECTOR, SITE, make_check, make_report
from tests.incidents.conftest import SetClock


@pytest.fixture
def staging(db: None) -> Environment:
    return factories.make_environment()


def test_equal_checks_on_schedule_are_one_spell(staging: Environment, commander: User) -> None:
    healthy, broken = make_report(is_broken=False), make_report(is_broken=True)
    checks = [make_check(staging, healthy, minutes_ago=ago) for ago in (60, 50, 40)]
    hand = make_check(staging, healthy, minutes_ago=35, cause=HealthCause.HAND)
    newest = [make_check(staging, broken, minutes_ago=ago) for ago in (30, 20)]
    started = newest[0].requested_at - timedelta(minutes=2)
    factories.make_incident(commander, started_at=started)

    history = read_history(staging, incidents=Incident.objects.all())

    assert [_said(entry) for entry in history.entries] == [
        (newest[1].pk, 2),
        "began",
        (hand.pk, 1),
        (checks[2].pk, 3),
    ]
    assert history.before is None


def _said(entry: Spell | Event | Acceptance) -> object:
    if isinstance(entry, Spell):
        return (entry.last.pk, entry.count)
    return entry.what if isinstance(entry, Event) else entry.entry.text


def test_drift_and_who_accepted_it_stand_between_the_checks(
    staging: Environment, set_clock: SetClock
) -> None:
    administrator = factories.make_person("administrator", Role.ADMINISTRATOR)
    healthy = make_report(is_broken=False)
    before = make_check(staging, healthy, minutes_ago=9)
    drifted = [
        make_check(staging, healthy, minutes_ago=ago, drift=[{"path": "max"}], snapshot={})
        for ago in (8, 7)
    ]
    monitor.accept_drift(actor=administrator, check_id=drifted[1].pk)
    HealthCheck.objects.filter(state="waiting").delete()
    set_clock.advance(60)
    after = make_check(staging, healthy, minutes_ago=0)

    first, accepted, changed, last = read_history(
        staging, incidents=Incident.objects.none()
    ).entries

    assert [_said(one) for one in (first, changed, last)] == [
        (after.pk, 1),
        (drifted[1].pk, 2),
        (before.pk, 1),
    ]
    assert isinstance(changed, Spell) and changed.has_drifted
    assert isinstance(accepted, Acceptance)
    assert (accepted.entry.actor, accepted.check) == (administrator, drifted[1].pk)


def test_older_checks_go_on_where_the_list_ended(staging: Environment) -> None:
    report = make_report(is_broken=False)
    for ago in range(35, 0, -1):
        make_check(staging, report, minutes_ago=ago, cause=HealthCause.HAND)

    first = read_history(staging, incidents=Incident.objects.none())
    rest = read_history(staging, incidents=Incident.objects.none(), before=first.before)

    assert (len(first.entries), len(rest.entries), rest.before) == (30, 5, None)


def test_acceptance_of_long_ago_stands_among_the_older_checks(
    staging: Environment, set_clock: SetClock
) -> None:
    _accept(staging)
    set_clock.advance(33 * 60 + 30)
    for _ in range(31):
        _accept(staging)
    for ago in range(35, 0, -1):
        make_check(staging, make_report(is_broken=False), minutes_ago=ago, cause=HealthCause.HAND)

    first = read_history(staging, incidents=Incident.objects.none())
    rest = read_history(staging, incidents=Incident.objects.none(), before=first.before)

    found = [type(entry) for entry in rest.entries]
    assert found == [Spell, Spell, Spell, Acceptance, Spell, Spell]


def _accept(environment: Environment) -> None:
    with transaction.atomic():
        administration.record(
            actor=None, kind="monitor.accepted", text="as usual", environment=environment
        )


def test_matrix_names_what_is_expected_and_puts_the_worst_first() -> None:
    matrix = read_matrix(make_report(is_broken=True).as_json())

    connector = matrix.tiles[0]
    assert [(row.look, row.name) for row in connector.loud] == [
        (Look.CRITICAL, "state"),
        (Look.WARNING, "min_instances"),
    ]
    assert connector.held[0].resource == CONNECTOR
    assert (matrix.fixes, matrix.calm) == (2, 2)
    endpoint = next(part for part in matrix.tiles if part.area == "endpoints")
    assert endpoint.held[0].rows[0].name == "status"
    assert endpoint.held[0].resource == SITE


def test_command_that_mends_several_is_told_once_and_what_follows_apart() -> None:
    written = make_report(is_broken=True).as_json()
    for area in written["areas"]:
        for one in area["findings"]:
            if one["message"].startswith("Service"):
                one |= {"fix": "gcloud run services update a", "verdict": "failed"}
    services = next(part for part in read_matrix(written).tiles if part.area == "services")

    (own,), (following,) = services.own, services.following
    assert (own.name, own.has_own_fix) == ("connector", True)
    assert (following.name, following.has_own_fix) == ("egress", False)


def test_points_are_never_more_than_a_drawing_bears(
    staging: Environment, set_clock: SetClock
) -> None:
    now = set_clock()
    _measure(staging, [(now - timedelta(minutes=minute), minute % 10) for minute in range(1200)])

    day = read_points(staging, metric="a", since=now - timedelta(days=1), until=now)["x"]

    assert len(day) == 400
    assert (min(one.least for one in day), max(one.most for one in day)) == (0, 9)
    assert [one.at for one in day] == sorted(one.at for one in day)


def test_longer_than_two_days_is_drawn_hour_by_hour(
    staging: Environment, set_clock: SetClock
) -> None:
    now = set_clock()
    hours = [now - timedelta(hours=hour, minutes=-minute) for hour in (1, 2) for minute in (5, 6)]
    _measure(staging, [(at, value) for value, at in enumerate(hours)])
    Measurement.objects.create(
        environment=staging, name="a", subject="x", span=3600, at=now - timedelta(days=6), value=10,
        least=4, most=20, count=30,
    )  # fmt: skip

    week = read_points(staging, metric="a", since=now - timedelta(days=7), until=now)["x"]
    (trend,) = read_trends(staging, since=now - timedelta(days=7))

    found = [(one.value, one.least, one.most) for one in week]
    assert found == [
        (10, 4, 20),
        (2.5, 2, 3),
        (0.5, 0, 1),
    ]
    assert (trend.value, trend.least, trend.most) == (1, 0, 20)


def _measure(environment: Environment, points: list[tuple[datetime, float]]) -> None:
    Measurement.objects.bulk_create(
        Measurement(
            environment=environment, name="a", subject="x", at=at, value=value, least=value,
            most=value,
        )
        for at, value in points
    )  # fmt: skip


def test_room_pins_what_the_check_had_found(
    staging: Environment, incident: Incident, set_clock: SetClock
) -> None:
    findings = [asdict(one) for one in make_report(is_broken=True).findings()]
    Alert.objects.create(
        key="a", kind="monitor", environment=staging, incident=incident, title="Critical",
        findings=[*findings, {"area": "of nothing known"}, "no finding"], verdict="infrastructure",
        because="The connector is not READY.", first_at=set_clock(), last_at=set_clock(),
    )  # fmt: skip

    health = read_incident_health(incident)

    (pinned,) = health.alerts
    assert (health.firing, pinned.rows[0].look, pinned.left_out) == (1, Look.CRITICAL, 11)
    fault = fault_of(incident)
    assert fault.sentence == "The infrastructure is at fault."
    assert fault.because == "The connector is not READY."


def test_room_of_an_environment_that_nobody_checks_has_nothing(incident: Incident) -> None:
    Environment.objects.update(project="another")
    incident.environment.refresh_from_db()

    assert not read_incident_health(incident).has_something
    assert fault_of(incident).sentence == ""


def test_strip_keeps_the_worst_of_each_hour(staging: Environment, set_clock: SetClock) -> None:
    now = set_clock()
    healthy, broken = make_report(is_broken=False), make_report(is_broken=True)
    begun = now.minute
    for report, ago in ((healthy, 0), (healthy, begun + 5), (broken, begun + 10), (broken, 3000)):
        make_check(staging, report, minutes_ago=ago)
    make_check(staging, broken, minutes_ago=1, areas=["ssl"])
    other = factories.make_environment("never-checked")

    strips = read_strips([staging.pk, other.pk], now=now)

    assert other.pk not in strips
    assert [hour.status for hour in strips[staging.pk].hours[-3:]] == ["", "critical", "healthy"]
    assert strips[staging.pk].sentence == (
        "critical in 1 of the last 24 hours, healthy in 1, not checked in 22"
    )


def test_what_the_sentence_tells_at_length_is_not_told_twice() -> None:
    written = make_report(is_broken=True).as_json()
    long = "The handshake failed: no certificate is served for that name, whoever asks for it"
    first = written["areas"][0]["findings"][0] | {"found": long, "message": f"It is wrong: {long}"}
    rows = rows_of([first, first | {"message": "It is wrong"}, first | {"found": "wrong"}])
    assert [row.repeats_found for row in rows] == [True, False, False]
