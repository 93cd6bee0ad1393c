"""A level of the ladder fires: people are told, its checklist becomes steps, clocks follow it.

Call all of it inside a transaction that holds the incident.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from incidents import timeline
from incidents.actions import timers
from incidents.actions.level_clocks import fit_levels
from incidents.actions.level_steps import add_steps
from incidents.actions.tell import Event, tell
from incidents.models import EscalationLevel, Incident, Timer
from incidents.queries.level_words import lateness, topic_of, when
from incidents.queries.receivers import who_commands, who_is
from incidents.states import LevelOrigin, LevelState, Severity, TimerKind
from runbook.document.durations import words

PANELS = ["ladder", "header", "incidents", "outline"]


def fire_level(level: EscalationLevel, *, now: datetime, late: float, because: str = "") -> bool:
    """False when it has fired already, or is not needed any more. `because` says why before its
    time. The incident must be loaded."""
    incident = level.incident
    rows = EscalationLevel.objects.filter(pk=level.pk, state=LevelState.PENDING)
    if not rows.update(state=LevelState.FIRED, fired_at=now):
        return False
    if because:
        timers.cancel(incident, TimerKind.ESCALATION, str(level.position))
    steps = add_steps(level)
    unknown = _told(level, occurrence=1)
    timeline.record(
        incident_id=incident.pk,
        actor=None,
        kind="escalation.fired",
        text=f"escalation {_sentence(level)}{because}{lateness(late)}{_in_vain(unknown)}",
        panels=[*PANELS, *(f"phase-{step.phase_id}" for step in steps[:1])],
        data={
            "level": level.position,
            "late": late,
            "unknown": list(unknown),
            "steps": [step.key for step in steps],
        },
    )
    _start_what_follows(level, now)
    return True


def _start_what_follows(level: EscalationLevel, now: datetime) -> None:
    key, incident = str(level.position), level.incident
    if level.repeat:
        due_at = now + timedelta(seconds=level.repeat)
        timers.start(incident, TimerKind.REPEAT, key, due_at, every=level.repeat)
    if level.next_after:
        due_at = now + timedelta(seconds=level.next_after)
        timers.start(incident, TimerKind.UNACKNOWLEDGED, key, due_at)
    fit_levels(incident, now=now, of=LevelOrigin.LEVEL)


def repeat_level(timer: Timer, *, now: datetime, late: float) -> None:
    """Tell people again. The next repetition stands on the grid of this one's due time: after
    downtime one comes late, and the others are not made up for."""
    level = _of(timer)
    if level is None or level.state != LevelState.FIRED:
        return
    unknown = _told(level, occurrence=timer.occurrence + 1)
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="escalation.repeated",
        text=f"nobody has acknowledged the escalation {_sentence(level)}, told again"
        f"{lateness(late)}{_in_vain(unknown)}",
        panels=["ladder"],
        data={"level": level.position, "late": late, "unknown": list(unknown)},
    )
    following = next_on_grid(timer.due_at, timer.every, now)
    timers.start(level.incident, TimerKind.REPEAT, timer.key, following, every=timer.every)


def next_on_grid(due_at: datetime, every: int, now: datetime) -> datetime:
    """The first moment after now that is whole periods behind `due_at`."""
    periods = (now - due_at) // timedelta(seconds=every) + 1
    return due_at + max(1, periods) * timedelta(seconds=every)


def climb_unacknowledged(timer: Timer, *, now: datetime, late: float) -> None:
    """Nobody took the level up: the next one that is for this severity fires at once, unless it has
    fired by itself meanwhile."""
    level = _of(timer)
    if level is None or level.state != LevelState.FIRED:
        return
    waited = f"nobody acknowledged level {level.position} within {words(level.next_after)}"
    following = _next(level)
    if following is not None:
        fire_level(following, now=now, late=late, because=f", as {waited}")  # once, if ever
        return
    timeline.record(
        incident_id=timer.incident_id,
        actor=None,
        kind="escalation.ended",
        text=f"{waited}, and no level comes after it{lateness(late)}",
        panels=["ladder"],
        data={"level": level.position, "late": late},
    )
    _tell_commander(level, waited)


def _next(level: EscalationLevel) -> EscalationLevel | None:
    incident = level.incident
    later = incident.levels.filter(position__gt=level.position).exclude(state=LevelState.CANCELLED)
    return next(
        (
            one
            for one in later.select_related("incident__environment").order_by("position")
            if not one.severities or incident.severity in one.severities
        ),
        None,
    )


def _of(timer: Timer) -> EscalationLevel | None:
    levels = EscalationLevel.objects.select_related("incident__environment", "incident__commander")
    return levels.filter(incident_id=timer.incident_id, position=int(timer.key)).first()


def _sentence(level: EscalationLevel) -> str:
    condition = f" if {level.condition}" if level.condition else ""
    return f"{when(level)}{condition}: {', '.join(level.to) or 'the commander'}"


def _in_vain(unknown: tuple[str, ...]) -> str:
    if not unknown:
        return ""
    return f" ({', '.join(unknown)} reached nobody: no person, group, rota or role is called so)"


def _told(level: EscalationLevel, *, occurrence: int) -> tuple[str, ...]:
    """Tell who is named, and the commander where that is nobody; the words that name nobody."""
    incident = level.incident
    named = who_is(level.to, incident)
    is_anybody = bool(named.people or named.channels)
    tell(
        Event(
            kind="escalation",
            incident=incident,
            topic=topic_of(level),
            key=f"{topic_of(level)} {occurrence}",
            people=() if is_anybody else who_commands(incident),
            subject=f"{incident.name} {incident.severity}: escalation level {level.position}",
            body=_body(level, occurrence),
            link=_link(incident),
            by=level.notify,
            urgent=incident.severity == Severity.P0,
        ),
        named=named,
    )
    return named.unknown


def _body(level: EscalationLevel, occurrence: int) -> str:
    again = "Nobody has acknowledged this yet.\n" if occurrence > 1 else ""
    condition = f"This is for you if {level.condition}.\n" if level.condition else ""
    todo = "".join(f"- {one}\n" for one in level.then)
    return (
        f"{again}{level.incident.title}\nEscalation level {level.position}, {when(level)}.\n"
        f"{condition}{todo}Acknowledge it, or say that it does not apply."
    )


def _tell_commander(level: EscalationLevel, waited: str) -> None:
    incident = level.incident
    tell(
        Event(
            kind="escalation",
            incident=incident,
            topic=topic_of(level),
            key=f"{topic_of(level)} end",
            people=who_commands(incident),
            subject=f"{incident.name}: {waited}",
            body=f"{incident.title}\nThe ladder has no further level. Reach somebody yourself.",
            link=_link(incident),
            urgent=incident.severity == Severity.P0,
        )
    )


def _link(incident: Incident) -> str:
    return f"{reverse('incident', kwargs={'number': incident.number})}#ladder"
