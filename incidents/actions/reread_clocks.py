"""A newer document's components, escalation levels and update cadences put into an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from incidents.models import Component, EscalationLevel, Incident, Timer
from incidents.states import ComponentState, LevelState, TimerKind, TimerState
from runbook.document import definition


def fit_components(incident: Incident, document: definition.Runbook) -> None:
    """New ones are offline until somebody says otherwise; those of before stay as they are."""
    for position, component in enumerate(document.components, start=1):
        words = {
            "position": position,
            "function": component.function[:200],
            "priority": component.priority[:100],
        }
        Component.objects.update_or_create(
            incident=incident,
            name=component.name[:100],
            defaults=words,
            create_defaults=words | {"state": ComponentState.OFFLINE},
        )


def fit_levels(incident: Incident, document: definition.Runbook) -> None:
    """Levels that nobody has been told of follow the document; the others are history. A new level
    whose time has passed is due at once."""
    stood = {level.position: level for level in incident.levels.all()}
    for position, level in enumerate(document.escalation, start=1):
        if position not in stood or stood[position].state == LevelState.PENDING:
            _set_level(incident, position, level)
    beyond = [p for p in stood if p > len(document.escalation)]
    incident.levels.filter(position__in=beyond, state=LevelState.PENDING).delete()
    _timers(incident, TimerKind.ESCALATION).filter(key__in=map(str, beyond)).delete()


def _set_level(incident: Incident, position: int, level: definition.EscalationLevel) -> None:
    EscalationLevel.objects.update_or_create(
        incident=incident,
        position=position,
        defaults={
            "after": level.after,
            "condition": level.condition[:300],
            "to": list(level.to),
            "then": list(level.then),
        },
    )
    Timer.objects.update_or_create(
        incident=incident,
        kind=TimerKind.ESCALATION,
        key=str(position),
        occurrence=1,
        defaults={"due_at": incident.started_at + timedelta(seconds=level.after)},
    )


def fit_updates(incident: Incident, document: definition.Runbook, now: datetime) -> None:
    """An audience is due no later than its new cadence says; one that has none is asked no more."""
    wanted = {cadence.audience[:60]: cadence.every for cadence in document.updates}
    _timers(incident, TimerKind.UPDATE).exclude(key__in=wanted).update(state=TimerState.CANCELLED)
    for audience, every in wanted.items():
        due_at = now + timedelta(seconds=every)
        timers = incident.timers.filter(kind=TimerKind.UPDATE, key=audience)
        last = timers.order_by("-occurrence").first()
        if last is None or last.state == TimerState.CANCELLED:
            occurrence = last.occurrence + 1 if last else 1
            timers.create(
                incident=incident,
                kind=TimerKind.UPDATE,
                key=audience,
                every=every,
                occurrence=occurrence,
                due_at=due_at,
            )
        elif last.every != every:
            timers.filter(pk=last.pk).update(every=every)
            timers.filter(pk=last.pk, state=TimerState.PENDING, due_at__gt=due_at).update(
                due_at=due_at
            )


def _timers(incident: Incident, kind: TimerKind) -> QuerySet[Timer]:
    return incident.timers.filter(kind=kind, state=TimerState.PENDING)
