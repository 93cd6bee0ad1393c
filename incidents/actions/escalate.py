"""The clock's own actions: firing timers that are due, once, and acknowledging what fired."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.moves import hold, open_incidents
from incidents.models import EscalationLevel, Incident, Timer
from incidents.refusal import Refused
from incidents.states import IncidentState, LevelState, TimerKind, TimerState

BATCH = 200


def fire_due_timers() -> int:
    """Fire every timer whose time has come. Any number of clocks may run: each timer is claimed by
    a conditional UPDATE and so fires once. After downtime it fires late and says how late."""
    now = clock.now()
    due = Timer.objects.filter(state=TimerState.PENDING, due_at__lte=now).order_by("due_at")
    fired = 0
    for timer in due.select_related("incident")[:BATCH]:
        with transaction.atomic():
            hold(pk=timer.incident_id)
            late = (now - timer.due_at).total_seconds()
            claimed = Timer.objects.filter(
                pk=timer.pk, state=TimerState.PENDING, incident__in=open_incidents()
            ).update(state=TimerState.FIRED, fired_at=now, late=late)
            if claimed:
                _fire(timer, late)
                fired += 1
            else:
                _drop_if_closed(timer)
    return fired


def _fire(timer: Timer, late: float) -> None:
    if timer.kind == TimerKind.ESCALATION:
        _fire_level(timer, late)
    else:
        _fire_update_due(timer, late)


def _fire_level(timer: Timer, late: float) -> None:
    now = clock.now()
    levels = EscalationLevel.objects.filter(incident_id=timer.incident_id, position=int(timer.key))
    if not levels.filter(state=LevelState.PENDING).update(state=LevelState.FIRED, fired_at=now):
        return
    level = levels.get()
    people = ", ".join(level.to) or "nobody named"
    condition = f" if {level.condition}" if level.condition else ""
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="escalation.fired",
        text=f"escalation after {_hours(level.after)}{condition}: {people}{_lateness(late)}",
        panels=["ladder", "header", "incidents"],
        data={"level": level.position, "late": late},
    )


def _fire_update_due(timer: Timer, late: float) -> None:
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="update.due",
        text=f"an update for {timer.key} is due{_lateness(late)}",
        panels=["updates", "header", "incidents"],
        data={"audience": timer.key, "late": late},
    )


def _drop_if_closed(timer: Timer) -> None:
    if timer.incident.state != IncidentState.OPEN:
        Timer.objects.filter(pk=timer.pk, state=TimerState.PENDING).update(
            state=TimerState.CANCELLED
        )


def restart_update_timer(*, incident: Incident, audience: str) -> None:
    """After an update: the next is due a full period from now. Call inside a transaction."""
    last = (
        Timer.objects.filter(incident=incident, kind=TimerKind.UPDATE, key=audience)
        .order_by("-occurrence")
        .first()
    )
    if last is None:
        return
    Timer.objects.filter(pk=last.pk, state=TimerState.PENDING).update(state=TimerState.CANCELLED)
    Timer.objects.create(
        incident=incident,
        kind=TimerKind.UPDATE,
        key=audience,
        every=last.every,
        occurrence=last.occurrence + 1,
        due_at=clock.now() + timedelta(seconds=last.every),
    )


def acknowledge(*, actor: User, level_id: int) -> EscalationLevel:
    """Say that a fired level has been taken up."""
    with transaction.atomic():
        hold(levels=level_id)
        level = (
            EscalationLevel.objects.select_related("incident__environment")
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
        moved = EscalationLevel.objects.filter(pk=level_id, state=LevelState.FIRED).update(
            state=LevelState.ACKNOWLEDGED, acknowledged_at=clock.now(), acknowledged_by=actor
        )
        if not moved:
            raise Refused(f"This level is {level.state}; there is nothing to acknowledge.")
        timeline.record(
            incident_id=level.incident_id,
            actor=actor,
            kind="escalation.acknowledged",
            text=f"acknowledged the escalation after {_hours(level.after)}",
            panels=["ladder", "header", "incidents"],
            data={"level": level.position},
        )
    level.refresh_from_db()
    return level


def cancel_all(incident_id: int) -> None:
    """Stop every clock of a closed incident. Call inside the transaction that closes it."""
    Timer.objects.filter(incident_id=incident_id, state=TimerState.PENDING).update(
        state=TimerState.CANCELLED
    )
    EscalationLevel.objects.filter(incident_id=incident_id, state=LevelState.PENDING).update(
        state=LevelState.CANCELLED
    )


def _hours(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    if hours and not rest:
        return f"{hours} h"
    minutes = seconds / 60
    return f"{minutes:g} min" if seconds >= 60 else f"{seconds} s"


def _lateness(late: float) -> str:
    return f" (fired {late:.0f} s late)" if late >= 5 else ""
