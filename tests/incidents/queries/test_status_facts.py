"""What may be known outside the room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import permissions
from incidents.models import Incident
from incidents.queries.status import read_board, read_internal, read_past, read_public
from incidents.states import Audience, PhaseState, TimerKind
from tests import factories

pytestmark = pytest.mark.django_db


def _component(incident: Incident, name: str, state: str) -> None:
    incident.components.create(position=incident.components.count(), name=name, state=state)


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([], "The service is affected."),
        (["operational"], "Every component is operational."),
        (["offline"], "A is offline."),
        (["offline", "offline", "degraded"], "A and B are offline and C is degraded."),
        (["degraded", "offline", "degraded"], "B is offline and A and C are degraded."),
    ],
)
def test_sentence_says_what_is_broken(incident: Incident, states: list[str], sentence: str) -> None:
    for name, state in zip("ABC", states, strict=False):
        _component(incident, name, state)

    assert read_board(incident, now=incident.started_at).sentence == sentence


def test_public_facts_hold_no_words_of_ours(incident: Incident, commander: User) -> None:
    Incident.objects.filter(pk=incident.pk).update(impact="half a million")
    factories.make_phase(incident)
    for audience in (Audience.LEADERSHIP, Audience.ENGINEERING):
        incident.updates.create(
            audience=audience, text="secret", author=commander, at=incident.started_at
        )
    (fact,) = read_public(now=incident.started_at)

    assert (fact.title, fact.impact, fact.phases, fact.update) == ("", "", (), None)
    assert fact.next_escalation_at is None


def test_public_facts_carry_the_latest_public_update(incident: Incident, commander: User) -> None:
    for minute, text in enumerate(("first", "second")):
        incident.updates.create(
            audience=Audience.PUBLIC,
            text=text,
            author=commander,
            at=incident.started_at + timedelta(minutes=minute),
        )
    (fact,) = read_public(now=incident.started_at)

    assert fact.update is not None
    assert fact.update.text == "second"


def test_internal_facts_are_those_of_visible_incidents(
    incident: Incident, leader: User, outsider: User
) -> None:
    seen = [
        [fact.number for fact in read_internal(permissions.visible_incidents(person), now=now)]
        for person, now in ((leader, incident.started_at), (outsider, incident.started_at))
    ]

    assert seen == [[incident.number], []]


def test_next_update_is_the_one_for_the_audience(incident: Incident) -> None:
    for minutes, audience in ((10, "engineering"), (30, "leadership")):
        incident.timers.create(
            kind=TimerKind.UPDATE,
            key=audience,
            due_at=incident.started_at + timedelta(minutes=minutes),
        )
    fact = read_board(incident, now=incident.started_at)

    assert fact.next_update_at == incident.started_at + timedelta(minutes=30)


def test_phases_lie_end_to_end_as_planned_and_where_they_happened(incident: Incident) -> None:
    start = incident.started_at
    factories.make_phase(
        incident,
        planned_most=3600,
        state=PhaseState.COMPLETED,
        started_at=start,
        completed_at=start + timedelta(hours=2),
    )
    factories.make_phase(incident, planned_most=3600, state=PhaseState.PENDING)
    first, second = read_board(incident, now=start + timedelta(hours=2)).phases

    assert (first.planned_from, first.actual_from) == ("0.00", "0.00")
    assert float(first.actual_width) == pytest.approx(2 * float(first.planned_width), rel=0.01)
    assert second.planned_from == first.planned_width
    assert second.actual_width == "0"


def test_past_leaves_out_drills_and_what_is_long_ago(commander: User) -> None:
    now = factories.make_incident(commander).started_at
    for days, is_drill in ((1, False), (1, True), (100, False)):
        factories.make_incident(
            commander,
            state="resolved",
            started_at=now - timedelta(days=days, hours=1),
            resolved_at=now - timedelta(days=days),
            is_drill=is_drill,
        )
    past = read_past(permissions.visible_incidents(commander), now=now)

    assert len(past) == 1
