"""The escalation ladder of an incident as a strip of time: where its levels and the present lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import EscalationLevel, Incident
from incidents.states import LevelState

ROOM_AFTER_THE_LAST_LEVEL = 1.08


@dataclass(frozen=True, slots=True)
class Rung:
    """One level. `percent` is its place on the strip, "33.3"."""

    level: EscalationLevel
    at: datetime
    percent: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """`span` is the strip's length in seconds; `next` the first level that has not fired."""

    rungs: tuple[Rung, ...]
    span: int
    now_percent: str
    next: Rung | None


def climb(*, incident: Incident, levels: Iterable[EscalationLevel], now: datetime) -> Ladder:
    """The strip ends a little after the last level, or at the present when that is later."""
    ordered = sorted(levels, key=lambda level: level.after)
    until = incident.resolved_at or now
    elapsed = max(0.0, (until - incident.started_at).total_seconds())
    span = max(ordered[-1].after if ordered else 0, elapsed, 60) * ROOM_AFTER_THE_LAST_LEVEL
    rungs = tuple(
        Rung(
            level=level,
            at=incident.started_at + timedelta(seconds=level.after),
            percent=f"{100 * level.after / span:.2f}",
        )
        for level in ordered
    )
    pending = (rung for rung in rungs if rung.level.state == LevelState.PENDING)
    return Ladder(
        rungs=rungs,
        span=round(span),
        now_percent=f"{100 * elapsed / span:.2f}",
        next=next(pending, None) if incident.is_open else None,
    )
