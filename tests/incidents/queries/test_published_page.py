"""The status page as a value: what it says, counts and leaves out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from incidents import clock
from incidents.models import ComponentSpell, Incident, Maintenance, ServiceComponent
from incidents.queries.published import disruptions
from incidents.queries.published.page import CALM, read_page
from incidents.states import Audience, ComponentState, PublicStage, TimerKind
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db


def list_component(name: str, *, days: int = 200, **columns: object) -> ServiceComponent:
    created = clock.now() - timedelta(days=days)
    return ServiceComponent.objects.create(name=name, created_at=created, **columns)


def hold(incident: Incident, row: ServiceComponent, state: str, hours: float, ago: float) -> None:
    """A spell of so many hours that ended so many hours ago."""
    ended = clock.now() - timedelta(hours=ago)
    ComponentSpell.objects.create(
        incident=incident,
        component=row,
        state=state,
        began_at=ended - timedelta(hours=hours),
        ended_at=ended,
    )


def affect(incident: Incident, name: str, state: str) -> None:
    incident.components.create(position=incident.components.count(), name=name, state=state)


def test_nothing_wrong_is_said_in_one_sentence(set_clock: SetClock) -> None:
    list_component("Frontend")
    page = read_page(now=clock.now())

    assert (page.sentence, page.indicator, page.disruptions) == (CALM, "none", ())
    assert (page.parts[0].uptime, page.parts[0].state) == (100, ComponentState.OPERATIONAL)


def test_of_too_many_incidents_the_open_ones_are_shown(
    set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disruptions, "MOST", 2)
    now = clock.now()
    for hours in (3, 2, 1):
        at = now - timedelta(hours=hours)
        factories.make_incident(started_at=at, public_title=f"{hours} h ago")
    over = Incident.objects.filter(started_at__gt=now - timedelta(hours=3))
    over.update(state="resolved", resolved_at=F("started_at"))

    page = read_page(now=now)
    shown = [one.title for one in (*page.disruptions, *page.past_disruptions)]
    assert shown == ["3 h ago", "1 h ago"]


@pytest.mark.parametrize(
    ("severity", "states", "indicator"),
    [
        ("P4", ["operational", "operational"], "none"),
        ("P4", ["degraded", "operational"], "minor"),
        ("P4", ["offline", "operational"], "major"),
        ("P4", ["offline", "offline"], "critical"),
        ("P1", ["degraded", "operational"], "major"),
        ("P0", ["degraded", "operational"], "critical"),
    ],
)
def test_indicator_is_the_worst_of_incidents_and_components(
    severity: str, states: list[str], indicator: str, incident: Incident
) -> None:
    Incident.objects.filter(pk=incident.pk).update(severity=severity)
    for name, state in zip("AB", states, strict=True):
        list_component(name)
        affect(incident, name, state)

    assert read_page(now=clock.now()).indicator == indicator


def test_only_offline_counts_against_uptime_and_overlaps_count_once(
    set_clock: SetClock, incident: Incident, commander: User
) -> None:
    row = list_component("Frontend", days=10)
    hold(incident, row, "offline", hours=4, ago=24)
    hold(factories.make_incident(commander), row, "offline", hours=2, ago=25)
    hold(incident, row, "degraded", hours=12, ago=20)
    part = read_page(now=clock.now()).parts[0]

    assert part.uptime == pytest.approx(100 * (1 - 4 / 240))
    assert part.degraded == pytest.approx(100 * 8 / 240)


def test_a_day_shows_its_worst_state_and_days_before_the_listing_none(
    set_clock: SetClock, incident: Incident
) -> None:
    row = list_component("Frontend", days=3)
    hold(incident, row, "degraded", hours=1, ago=1)
    hold(incident, row, "offline", hours=0.5, ago=24)
    days = read_page(now=clock.now()).parts[0].days

    assert len(days) == 90
    assert [day.state for day in days[-4:]] == ["operational", "operational", "offline", "degraded"]
    assert {day.state for day in days[:-4]} == {None}
    assert (days[-2].offline_seconds, days[-1].degraded_seconds) == (1800, 3600)


def test_strangers_read_nothing_of_components_that_are_not_public(incident: Incident) -> None:
    list_component("Ledger", is_public=False)
    affect(incident, "Ledger", "offline")
    now = clock.now()

    assert (read_page(now=now).parts, read_page(now=now).disruptions) == ((), ())
    assert [part.name for part in read_page(now=now, is_public=False).parts] == ["Ledger"]
    assert len(read_page(now=now, is_public=False).disruptions) == 1


def test_drills_are_nowhere(commander: User) -> None:
    list_component("Frontend")
    drill = factories.make_incident(commander, is_drill=True)
    affect(drill, "Frontend", "offline")
    page = read_page(now=clock.now())

    assert (page.sentence, page.disruptions) == (CALM, ())


def test_incident_of_no_component_is_shown_once_the_public_is_told(
    incident: Incident, commander: User
) -> None:
    """As a load test, or fixes that a check proposes: declared like an incident, and no news."""
    page = read_page(now=clock.now())
    assert (page.sentence, page.indicator, page.disruptions) == (CALM, "none", ())
    assert disruptions.read_disruption(incident, now=clock.now()) is None

    incident.updates.create(
        audience=Audience.PUBLIC,
        text="We look.",
        author=commander,
        at=clock.now(),
        stage="identified",
    )
    assert read_page(now=clock.now()).disruptions[0].title == "Service disruption"


def test_disruption_has_its_own_title_or_the_names_of_components(incident: Incident) -> None:
    for name in ("Frontend", "Auth"):
        list_component(name)
        affect(incident, name, "offline")
    now = clock.now()
    assert read_page(now=now).disruptions[0].title == "Service disruption: Frontend and Auth"

    Incident.objects.filter(pk=incident.pk).update(public_title="Sign-in fails")
    assert read_page(now=now).disruptions[0].title == "Sign-in fails"


def test_words_are_those_for_the_public_with_their_stage(
    incident: Incident, commander: User
) -> None:
    for minute, (audience, stage) in enumerate(
        ((Audience.PUBLIC, "investigating"), (Audience.PUBLIC, "identified"), ("leadership", ""))
    ):
        incident.updates.create(
            audience=audience,
            text=f"{audience} {minute}",
            author=commander,
            at=incident.started_at + timedelta(minutes=minute),
            stage=stage,
        )
    (one,) = read_page(now=clock.now()).disruptions

    assert [(words.text, words.stage) for words in one.words] == [
        ("public 1", PublicStage.IDENTIFIED),
        ("public 0", PublicStage.INVESTIGATING),
    ]


def test_next_words_are_due_and_then_overdue(set_clock: SetClock, incident: Incident) -> None:
    due = clock.now() + timedelta(minutes=30)
    incident.timers.create(kind=TimerKind.UPDATE, key="public", due_at=due)
    Incident.objects.update(public_title="Sign-in fails")

    (before,) = read_page(now=clock.now()).disruptions
    (after,) = read_page(now=due).disruptions
    assert (before.next_words_at, before.are_words_overdue) == (due, False)
    assert after.are_words_overdue


def test_what_is_over_is_history_for_90_days(set_clock: SetClock, commander: User) -> None:
    now = clock.now()
    for days in (1, 20, 100):
        over = now - timedelta(days=days)
        factories.make_incident(
            commander,
            state="resolved",
            started_at=over - timedelta(hours=2),
            resolved_at=over,
            public_title="Sign-in fails",
        )
    page = read_page(now=now)

    assert [month.first.isoformat() for month in page.past] == ["2026-11-01"]
    assert [one.seconds for one in page.past_disruptions] == [7200, 7200]


def test_running_maintenance_is_the_sentence_of_a_calm_page(
    set_clock: SetClock, commander: User
) -> None:
    row = list_component("Database")
    now = clock.now()
    work = Maintenance.objects.create(
        title="A larger machine",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        state="in progress",
        planned_by=commander,
        created_at=now,
    )
    work.components.add(row)
    page = read_page(now=now)

    assert page.sentence == "Planned maintenance is under way: A larger machine."
    assert (page.parts[0].is_in_maintenance, page.indicator) == (True, "none")


def test_reading_asks_the_same_for_1_incident_and_20(
    commander: User, django_assert_max_num_queries: object
) -> None:
    revision = factories.make_revision()
    for name in ("A", "B", "C"):
        list_component(name)
    for _ in range(20):
        affect(factories.make_incident(commander, revision=revision), "A", "offline")

    with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's fixture
        read_page(now=clock.now())
