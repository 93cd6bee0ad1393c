"""An incident's escalation stands still for a while, and goes on where it stood."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, timeline
from incidents.actions.commanded import commanded
from incidents.actions.moves import hold
from incidents.actions.timers import RESUMED, STAND_STILL
from incidents.models import Incident, Timer
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import IncidentState, TimerState
from runbook.document.durations import words

PANELS = ["ladder", "header", "incidents"]


def pause(*, actor: User, incident_id: int, reason: str) -> Incident:
    """Stop levels, repetitions and the plans of phases. Words for audiences stay due."""
    if not reason.strip():
        raise Refused("Say in a few words why escalation is paused.", status=422)
    with transaction.atomic():
        hold(pk=incident_id)
        incident, now = commanded(actor, incident_id, "pause escalation"), clock.now()
        because = redactor_for(incident).text(reason.strip())[:300]
        moved = Incident.objects.filter(
            pk=incident_id, state=IncidentState.OPEN, paused_at__isnull=True
        ).update(paused_at=now, paused_because=because)
        if not moved:
            raise Refused("Escalation is paused already; somebody was first.")
        timers = Timer.objects.filter(incident=incident, kind__in=STAND_STILL)
        for timer in timers.filter(state=TimerState.PENDING):
            left = (timer.due_at - now).total_seconds()
            Timer.objects.filter(pk=timer.pk, state=TimerState.PENDING).update(
                state=TimerState.PAUSED, remaining=left
            )
        timeline.record(
            incident_id=incident_id,
            actor=actor,
            kind="escalation.paused",
            text=f"paused escalation: {because}",
            panels=PANELS,
            data={"reason": because},
        )
    incident.refresh_from_db()
    return incident


def resume(*, actor: User, incident_id: int) -> Incident:
    """Every timer goes on with the time that it had left."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident, now = commanded(actor, incident_id, "resume escalation"), clock.now()
        begun = incident.paused_at
        moved = Incident.objects.filter(
            pk=incident_id, state=IncidentState.OPEN, paused_at__isnull=False
        ).update(paused_at=None, paused_because="")
        if begun is None or not moved:
            raise Refused("Escalation is running; somebody may have resumed it before you.")
        timers = Timer.objects.filter(incident=incident, state=TimerState.PAUSED)
        for timer in timers:
            due_at = now + timedelta(seconds=timer.remaining or 0)
            Timer.objects.filter(pk=timer.pk, state=TimerState.PAUSED).update(
                state=TimerState.PENDING, due_at=due_at, remaining=None
            )
        seconds = (now - begun).total_seconds()
        timeline.record(
            incident_id=incident_id,
            actor=actor,
            kind=RESUMED,
            text=f"resumed escalation after {words(round(seconds))}",
            panels=PANELS,
            data={"seconds": seconds, "started_at": incident.started_at.isoformat()},
        )
    incident.refresh_from_db()
    return incident
