"""Putting a timer off, with a reason: by minutes, never into the past, a day at most at once."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from incidents import clock, permissions, timeline
from incidents.actions.moves import hold
from incidents.models import Phase, Timer
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import TimerKind, TimerState
from runbook.document.durations import words

LEAST = 60
MOST = 24 * 3600
CAN_WAIT = (TimerKind.ESCALATION, TimerKind.UPDATE, TimerKind.PHASE)


def postpone(*, actor: User, timer_id: int, seconds: int, reason: str) -> Timer:
    """Let a timer that has not fired be due so much later."""
    if not reason.strip():
        raise Refused("Say in a few words why this can wait.", status=422)
    if not LEAST <= seconds <= MOST:
        raise Refused("Postpone by a minute at least and by 24 hours at most.", status=422)
    with transaction.atomic():
        hold(timers=timer_id)
        timer = _waiting(actor, timer_id)
        because = redactor_for(timer.incident).text(reason.strip())[:300]
        before = timer.due_at
        if not _moved(timer, seconds, because):
            raise Refused("It fired or was postponed a moment ago. Load the page again.")
        timer.refresh_from_db()
        timeline.record(
            incident_id=timer.incident_id,
            actor=actor,
            kind="escalation.postponed",
            text=f"postponed {what(timer)} by {words(seconds)}: {because}",
            panels=["ladder", "header", "updates", "incidents"],
            data={
                "timer": timer.kind,
                "key": timer.key,
                "before": before.isoformat(),
                "after": timer.due_at.isoformat(),
                "reason": because,
            },
        )
    return timer


def what(timer: Timer) -> str:
    """A timer as people speak of it."""
    if timer.kind == TimerKind.ESCALATION:
        return f"level {timer.key}"
    if timer.kind == TimerKind.PHASE:
        phase = Phase.objects.filter(pk=int(timer.key)).first()
        return f"the end of the plan for “{phase.title}”" if phase else "the end of a phase's plan"
    return timer.key if timer.key == "sync meeting" else f"the update for {timer.key}"


def _waiting(actor: User, timer_id: int) -> Timer:
    timer = Timer.objects.select_related("incident__environment").filter(pk=timer_id).first()
    if timer is None:
        raise Refused("That timer does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=timer.incident).can_command,
        incident=timer.incident,
        what="postpone what is due",
        needed="commander",
    )
    if timer.kind not in CAN_WAIT:
        raise Refused(f"What is {timer.kind} cannot be postponed.", status=422)
    if timer.state not in (TimerState.PENDING, TimerState.PAUSED):
        raise Refused(f"It has {timer.state} already; there is nothing to postpone.")
    return timer


def _moved(timer: Timer, seconds: int, reason: str) -> bool:
    """Whether the row still was as it was read."""
    rows = Timer.objects.filter(pk=timer.pk, state=timer.state, due_at=timer.due_at)
    due_at = timer.due_at + timedelta(seconds=seconds)
    if timer.state == TimerState.PENDING and due_at <= clock.now():
        raise Refused(
            "That would still be in the past. Postpone it by more, or acknowledge it.", status=422
        )
    return (
        rows.update(
            due_at=due_at,
            remaining=F("remaining") + seconds,
            postponed_from=Coalesce("postponed_from", "due_at"),
            reason=reason,
        )
        == 1
    )
