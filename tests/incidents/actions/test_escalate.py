"""Timers fire once, at their due time, and say when they were late."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import announce, escalate, resolve, take_up
from incidents.models import EscalationLevel, Incident, TimelineEntry, Timer
from incidents.refusal import Refused
from incidents.states import TimerKind
from tests import factories
from tests.incidents.conftest import SetClock, at_once

TWO_HOURS = 7200


@pytest.fixture
def incident(set_clock: SetClock, commander: User) -> Incident:
    return factories.make_incident(commander)


def test_fire_due_timers_fires_at_the_due_second(incident: Incident, set_clock: SetClock) -> None:
    factories.make_level(incident, TWO_HOURS)
    set_clock.advance(TWO_HOURS - 1)
    assert escalate.fire_due_timers() == 0
    set_clock.advance(1)

    assert escalate.fire_due_timers() == 1
    level = EscalationLevel.objects.get()
    assert (level.state, level.fired_at) == ("fired", set_clock.at)
    assert TimelineEntry.objects.get().text == (
        "escalation after 2 h: infrastructure-lead (infrastructure-lead reached nobody: no person,"
        " group, rota or role is called so)"
    )
    assert escalate.fire_due_timers() == 0


def test_fire_due_timers_after_downtime_says_how_late(
    incident: Incident, set_clock: SetClock
) -> None:
    factories.make_level(incident, TWO_HOURS)
    set_clock.advance(TWO_HOURS + 600)

    escalate.fire_due_timers()

    assert Timer.objects.get().late == 600
    assert "infrastructure-lead (fired 600 s late)" in TimelineEntry.objects.get().text


@pytest.mark.django_db(transaction=True)
def test_fire_due_timers_by_two_clocks_fires_once(incident: Incident, set_clock: SetClock) -> None:
    for hours in (2, 4, 6):
        factories.make_level(incident, hours * 3600)
    set_clock.advance(6 * 3600)

    fired = at_once(escalate.fire_due_timers, escalate.fire_due_timers)

    assert sum(fired) == 3
    assert TimelineEntry.objects.count() == 3


def test_fire_due_timers_leaves_a_closed_incident_alone(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    factories.make_level(incident, TWO_HOURS)
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Done.")
    set_clock.advance(TWO_HOURS)

    assert escalate.fire_due_timers() == 0
    assert EscalationLevel.objects.get().state == "cancelled"
    assert Timer.objects.get(kind=TimerKind.ESCALATION).state == "cancelled"


def test_post_update_starts_the_next_period(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    Timer.objects.create(
        incident=incident,
        kind=TimerKind.UPDATE,
        key="leadership",
        every=3600,
        due_at=set_clock.at,
    )
    set_clock.advance(60)

    announce.post_update(
        actor=commander, incident_id=incident.pk, audience="leadership", text="We know the cause."
    )

    pending = Timer.objects.get(state="pending")
    assert (pending.occurrence, (pending.due_at - set_clock.at).total_seconds()) == (2, 3600)


def test_acknowledge_needs_a_fired_level(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    level = factories.make_level(incident, TWO_HOURS)
    with pytest.raises(Refused, match="nothing to acknowledge"):
        take_up.acknowledge(actor=engineer, level_id=level.pk)
    set_clock.advance(TWO_HOURS)
    escalate.fire_due_timers()

    acknowledged = take_up.acknowledge(actor=engineer, level_id=level.pk)

    assert (acknowledged.state, acknowledged.acknowledged_by) == ("acknowledged", engineer)


def test_acknowledge_by_a_viewer_is_refused(
    incident: Incident, leader: User, set_clock: SetClock
) -> None:
    level = factories.make_level(incident, TWO_HOURS)

    with pytest.raises(Refused, match="responder"):
        take_up.acknowledge(actor=leader, level_id=level.pk)
