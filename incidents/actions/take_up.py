"""What people answer to a level that fired: taken up, or it does not apply."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions import tell, timers
from incidents.actions.moves import hold
from incidents.models import EscalationLevel, Incident, Step
from incidents.queries.level_words import topic_of, when
from incidents.queries.proof.record import moment, of_decided_step
from incidents.queries.proof.seals import seals_of, seals_of_incident
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import LevelState, StepState, TimerKind

PANELS = ["ladder", "header", "incidents"]


def acknowledge(*, actor: User, level_id: int) -> EscalationLevel:
    """Say that a fired level has been taken up: nobody is told of it again, nothing follows."""
    with transaction.atomic():
        hold(levels=level_id)
        level, now = _fired(actor, level_id), clock.now()
        taken_up = _answer(level, actor, now)
        timeline.record(
            incident_id=level.incident_id,
            actor=actor,
            kind="escalation.acknowledged",
            text=f"acknowledged the escalation {when(level)}",
            panels=PANELS,
            data={"level": level.position},
            seals=taken_up,
        )
    level.refresh_from_db()
    return level


def does_not_apply(*, actor: User, level_id: int, reason: str) -> EscalationLevel:
    """Answer the level's condition with no. Its steps that are still open are skipped."""
    if not reason.strip():
        raise Refused("Say in a few words why this level does not apply.", status=422)
    with transaction.atomic():
        hold(levels=level_id)
        level, now = _fired(actor, level_id), clock.now()
        words = redactor_for(level.incident).text(reason.strip())
        taken_up = _answer(level, actor, now)
        because = f"Level {level.position} does not apply: {words}"
        skipped = _skip_steps(level, actor, now, because)
        timeline.record(
            incident_id=level.incident_id,
            actor=actor,
            kind="escalation.dismissed",
            text=f"said that the escalation {when(level)} does not apply: {words}",
            panels=[*PANELS, "outline", *sorted({f"phase-{step.phase_id}" for step in skipped})],
            data={"level": level.position, "reason": words},
            seals=taken_up | seals_of(*map(of_decided_step, skipped)),
        )
    level.refresh_from_db()
    return level


def _skip_steps(level: EscalationLevel, actor: User, now: datetime, because: str) -> list[Step]:
    """The steps that the level brought and that are open, as they are from now on."""
    brought = Step.objects.filter(
        incident=level.incident, level=level.position, state=StepState.OPEN
    )
    steps = list(brought)
    brought.update(state=StepState.SKIPPED, decided_at=now, decided_by=actor, reason=because)
    for step in steps:
        step.state, step.reason = StepState.SKIPPED, because
        step.decided_at, step.decided_by = now, actor
    return steps


def first_taken_up(incident: Incident, now: datetime) -> dict[str, str]:
    """Note when somebody first took the incident up, and give what its entry seals of that. Inside
    a transaction that holds it."""
    first = Incident.objects.filter(pk=incident.pk, acknowledged_at__isnull=True)
    if not first.update(acknowledged_at=now):
        return {}
    return seals_of_incident(acknowledged_at=moment(now))


def _fired(actor: User, level_id: int) -> EscalationLevel:
    level = (
        EscalationLevel.objects.select_related("incident__environment", "acknowledged_by")
        .filter(pk=level_id)
        .first()
    )
    if level is None:
        raise Refused("That escalation level does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=level.incident).can_acknowledge,
        incident=level.incident,
        what="acknowledge escalations",
        needed="responder",
    )
    return level


def _answer(level: EscalationLevel, actor: User, now: datetime) -> dict[str, str]:
    """What the entry about it seals."""
    moved = EscalationLevel.objects.filter(pk=level.pk, state=LevelState.FIRED).update(
        state=LevelState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=actor
    )
    if not moved:
        raise Refused(_why_not(level))
    for kind in (TimerKind.REPEAT, TimerKind.UNACKNOWLEDGED):
        timers.cancel(level.incident, kind, str(level.position))
    tell.no_longer(topic_of(level))
    return first_taken_up(level.incident, now)


def _why_not(level: EscalationLevel) -> str:
    if level.state == LevelState.ACKNOWLEDGED and level.acknowledged_by and level.acknowledged_at:
        who = level.acknowledged_by.get_full_name() or level.acknowledged_by.get_username()
        at = f"{level.acknowledged_at:%H:%M:%S}"
        return f"{who} took level {level.position} up at {at} UTC, before you did."
    return f"Level {level.position} is {level.state}; there is nothing to acknowledge."
