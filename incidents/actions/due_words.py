"""What falls due besides escalation: words for an audience, and the end of a phase's plan.

Call it inside a transaction that holds the incident.
"""

from __future__ import annotations

from django.urls import reverse

from incidents import timeline
from incidents.actions.tell import Event, tell
from incidents.models import Incident, Phase, Timer
from incidents.queries.level_words import lateness
from incidents.queries.receivers import who_commands
from incidents.states import PhaseState, Severity
from runbook.document.durations import words


def update_is_due(timer: Timer, *, late: float) -> None:
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="update.due",
        text=f"an update for {timer.key} is due{lateness(late)}",
        panels=["updates", "header", "incidents"],
        data={"audience": timer.key, "late": late},
    )
    _tell_commander(
        timer,
        kind="update due",
        topic=f"{timer.incident.name} update {timer.key}",
        subject=f"{timer.incident.name}: an update for {timer.key} is due",
        body="Say what changed, what is next, and when you speak again.",
        to=(),
    )


def phase_overruns(timer: Timer, *, late: float) -> None:
    """Its planned time is over and it goes on."""
    phase = Phase.objects.filter(pk=int(timer.key), state=PhaseState.ACTIVE).first()
    if phase is None:
        return
    planned = words(phase.planned_most)
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="phase.overrun",
        text=f"“{phase.title}” takes longer than its planned {planned}{lateness(late)}",
        panels=["phases", "header", f"phase-{phase.pk}", "incidents"],
        data={"phase": phase.position, "late": late},
    )
    _tell_commander(
        timer,
        kind="phase overrun",
        topic=f"{timer.incident.name} phase {phase.position}",
        subject=f"{timer.incident.name}: “{phase.title}” exceeds its planned {planned}",
        body="Complete it, or tell leadership what is still missing and for how long.",
        to=(phase.role,) if phase.role else (),
    )


def _tell_commander(
    timer: Timer, *, kind: str, topic: str, subject: str, body: str, to: tuple[str, ...]
) -> None:
    incident: Incident = timer.incident
    tell(
        Event(
            kind=kind,
            incident=incident,
            topic=topic,
            key=f"{topic} {timer.occurrence}",
            to=to,
            people=who_commands(incident),
            subject=subject,
            body=f"{incident.title}\n{body}",
            link=reverse("incident", kwargs={"number": incident.number}),
            urgent=incident.severity == Severity.P0,
        )
    )
