"""Postponing, pausing and resuming, another severity: what has not fired moves, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents.actions import escalate, mitigate, pause, postpone, severity
from incidents.actions.declare import declare
from incidents.models import Incident, Timer
from incidents.refusal import Refused
from incidents.states import TimerKind
from tests import factories
from tests.incidents.conftest import SetClock

HOUR = 3600
SOURCE = b"""---
escalation:
  - {after: 1h, severity: [P0, P1]}
  - {after: 2h}
updates: {leadership: {P0: 1h, P2: 4h}, engineering: 2h}
---
## Phase 1: Look (30 min)
- [ ] Look
"""


@pytest.fixture
def incident(commander: User, set_clock: SetClock) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE),
        environment=factories.make_environment(),
        severity="P0",
        title="The database is away",
        parameters={},
    )


def level_timer(incident: Incident, position: int = 1) -> Timer:
    timers = incident.timers.filter(kind=TimerKind.ESCALATION, key=str(position))
    return timers.order_by("-occurrence")[0]


def due(incident: Incident) -> dict[str, int]:
    """Minutes after the start at which what is pending is due."""
    return {
        f"{timer.kind} {timer.key}" if timer.kind != TimerKind.PHASE else "plan": round(
            (timer.due_at - incident.started_at).total_seconds() / 60
        )
        for timer in incident.timers.filter(state="pending")
    }


def test_postpone_moves_one_timer_and_keeps_when_it_was_due(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    timer = level_timer(incident)
    postpone.postpone(actor=commander, timer_id=timer.pk, seconds=1800, reason="they are on it")
    moved = postpone.postpone(actor=commander, timer_id=timer.pk, seconds=600, reason="nearly")

    assert moved.due_at == timer.due_at + timedelta(minutes=40)
    assert (moved.postponed_from, moved.reason) == (timer.due_at, "nearly")
    assert "postponed level 1 by 10 min: nearly" in [e.text for e in incident.timeline.all()]
    set_clock.advance(HOUR + 2399)
    assert "1" not in {t.key for t in incident.timers.filter(kind="escalation", state="fired")}


@pytest.mark.parametrize(("seconds", "words"), [(30, "minute"), (90_000, "24 hours")])
def test_postpone_has_bounds(incident: Incident, commander: User, seconds: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        postpone.postpone(
            actor=commander, timer_id=level_timer(incident).pk, seconds=seconds, reason="why not"
        )


def test_postpone_refuses_the_past_the_wrong_person_and_what_has_fired(
    incident: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    timer = level_timer(incident)
    with pytest.raises(Refused, match="commander"):
        postpone.postpone(actor=engineer, timer_id=timer.pk, seconds=600, reason="later")
    with pytest.raises(Refused, match="why this can wait"):
        postpone.postpone(actor=commander, timer_id=timer.pk, seconds=600, reason=" ")
    set_clock.advance(HOUR + 700)
    with pytest.raises(Refused, match="still be in the past"):
        postpone.postpone(actor=commander, timer_id=timer.pk, seconds=600, reason="later")
    escalate.fire_due_timers()
    with pytest.raises(Refused, match="nothing to postpone"):
        postpone.postpone(actor=commander, timer_id=timer.pk, seconds=600, reason="later")


def test_a_pause_stops_escalation_and_keeps_what_was_left(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    set_clock.advance(1200)
    pause.pause(actor=commander, incident_id=incident.pk, reason="waiting for Google")
    set_clock.advance(HOUR)

    assert escalate.fire_due_timers() == 1  # words for leadership stay due
    pause.resume(actor=commander, incident_id=incident.pk)

    found = due(incident)
    assert (found["escalation 1"], found["escalation 2"], found["plan"]) == (120, 180, 90)
    assert incident.timeline.get(kind="escalation.resumed").text == "resumed escalation after 1 h"


def test_a_pause_wants_a_reason_a_commander_and_a_running_ladder(
    incident: Incident, commander: User, engineer: User
) -> None:
    with pytest.raises(Refused, match="why escalation is paused"):
        pause.pause(actor=commander, incident_id=incident.pk, reason="")
    with pytest.raises(Refused, match="commander"):
        pause.pause(actor=engineer, incident_id=incident.pk, reason="waiting")
    with pytest.raises(Refused, match="is running"):
        pause.resume(actor=commander, incident_id=incident.pk)
    pause.pause(actor=commander, incident_id=incident.pk, reason="waiting")
    with pytest.raises(Refused, match="paused already"):
        pause.pause(actor=commander, incident_id=incident.pk, reason="waiting")


def test_another_severity_moves_what_has_not_fired_and_says_what(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    severity.change_severity(
        actor=commander, incident_id=incident.pk, severity="P2", reason="only staging"
    )

    assert due(incident) == {
        "escalation 2": 120,
        "plan": 30,
        "update due leadership": 240,
        "update due engineering": 120,
    }
    entry = incident.timeline.get(kind="incident.severity")
    assert entry.text == (
        "changed the severity from P0 to P2: only staging; level 1 is not due any more; the update"
        " for leadership is due at 21 Nov 07:00 UTC instead of 21 Nov 04:00 UTC"
    )
    assert [move["what"] for move in entry.data["moves"]] == [
        "level 1",
        "the update for leadership",
    ]


def test_a_worse_severity_asks_at_once_for_what_is_late(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    change = {"actor": commander, "incident_id": incident.pk}
    severity.change_severity(**change, severity="P2", reason="only staging")
    set_clock.advance(1.5 * HOUR)
    severity.change_severity(**change, severity="P1", reason="customers call")

    found = due(incident)
    assert found["escalation 1"] == 90
    assert "update due leadership" not in found
    assert escalate.fire_due_timers() == 2  # the level, and the plan of the phase
    assert level_timer(incident).late == 0


def test_a_severity_wants_a_reason_another_value_and_a_commander(
    incident: Incident, commander: User, engineer: User
) -> None:
    for person, value, reason, words in (
        (commander, "P1", "", "why the severity changes"),
        (commander, "P0", "again", "is P0 already"),
        (commander, "P9", "worse", "is not a severity"),
        (engineer, "P1", "worse", "commander"),
    ):
        with pytest.raises(Refused, match=words):
            severity.change_severity(
                actor=person, incident_id=incident.pk, severity=value, reason=reason
            )


def test_pauses_do_not_count_when_a_level_is_computed_again(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    change = {"actor": commander, "incident_id": incident.pk}
    severity.change_severity(**change, severity="P2", reason="only staging")
    pause.pause(**change, reason="waiting")
    set_clock.advance(HOUR)
    severity.change_severity(**change, severity="P0", reason="customers call")
    set_clock.advance(HOUR)
    pause.resume(**change)

    found = due(incident)
    assert (found["escalation 1"], found["escalation 2"]) == (180, 240)


def test_mitigated_and_back_again(incident: Incident, commander: User, set_clock: SetClock) -> None:
    order = {"actor": commander, "incident_id": incident.pk}
    with pytest.raises(Refused, match="what ended the impact"):
        mitigate.mitigate(**order, words="")
    set_clock.advance(60)
    found = mitigate.mitigate(**order, words="Traffic goes around it.")
    assert (found.mitigated_at, found.acknowledged_at) == (set_clock.at, None)
    with pytest.raises(Refused, match="over since 03:01:00 UTC"):
        mitigate.mitigate(**order, words="Again.")

    assert mitigate.worsen(**order, words="It fails again.").mitigated_at is None
