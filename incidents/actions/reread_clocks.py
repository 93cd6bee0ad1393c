"""A newer document's components, escalation levels and update cadences put into an incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incidents.actions.level_clocks import Move, fit_levels
from incidents.actions.phase_clocks import fit_overruns
from incidents.actions.timers import live_timers
from incidents.actions.unfold import level_row
from incidents.actions.update_clocks import fit_updates
from incidents.models import Component, EscalationLevel, Incident
from incidents.states import ComponentState, LevelOrigin, LevelState, TimerKind
from runbook.document import definition

CLOCK = ("after", "origin", "origin_key")
LEVEL_WORDS = (
    *CLOCK,
    "condition",
    "severities",
    "notify",
    "repeat",
    "next_after",
    "to",
    "then",
)


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


def fit_clocks(incident: Incident, document: definition.Runbook, now: datetime) -> list[Move]:
    """Levels that nobody has been told of follow the document, the others are history; so do the
    plans of phases and the cadences of updates. What is due at another moment than before."""
    places = _places(incident, document)
    stood = {level.position: level for level in incident.levels.all()}
    for position, level in enumerate(document.escalation, start=1):
        row = level_row(incident, level, position)
        if row.origin == LevelOrigin.PHASE:
            row.origin_key = places.get(int(row.origin_key), row.origin_key)
        _set_level(stood.get(position), row)
    gone = _without(incident, [p for p in stood if p > len(document.escalation)])
    fit_overruns(incident)
    return [*gone, *fit_levels(incident, now=now), *fit_updates(incident, document, now=now)]


def _without(incident: Incident, positions: Sequence[int]) -> list[Move]:
    """Take levels away that the document has no more and that nobody has been told of."""
    incident.levels.filter(position__in=positions, state=LevelState.PENDING).delete()
    timers = live_timers(incident.pk).filter(kind=TimerKind.ESCALATION)
    ladder = timers.filter(key__in=map(str, positions))
    moves = [Move(f"level {timer.key}", timer.due_at, None) for timer in ladder]
    ladder.delete()
    return moves


def _places(incident: Incident, document: definition.Runbook) -> dict[int, str]:
    """Where the document's phases stand in the incident, which may have kept others between."""
    rows = {phase.title: str(phase.position) for phase in incident.phases.order_by("-position")}
    return {
        place: rows[phase.title[:300]]
        for place, phase in enumerate(document.phases, start=1)
        if phase.title[:300] in rows
    }


def _set_level(stood: EscalationLevel | None, row: EscalationLevel) -> None:
    """A level with another clock forgets that it was postponed."""
    if stood is None:
        row.save()
        return
    if stood.state != LevelState.PENDING:
        return
    if any(getattr(stood, name) != getattr(row, name) for name in CLOCK):
        live_timers(row.incident_id).filter(
            kind=TimerKind.ESCALATION, key=str(row.position)
        ).update(postponed_from=None)
    row.pk = stood.pk
    row.save(update_fields=LEVEL_WORDS)
