"""The escalation ladder of an incident as a strip of time: where its levels and the present lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import EscalationLevel, Incident, Timer
from incidents.states import LevelOrigin, LevelState, TimerKind, TimerState
from runbook.document.durations import words

ROOM_AFTER_THE_LAST_LEVEL = 1.08


@dataclass(frozen=True, slots=True)
class Rung:
    """One level that has a moment. `percent` is its place on the strip, "33.3"; `mark` what is
    written there: "2 h", or "level 4" for one that does not count from the start."""

    level: EscalationLevel
    at: datetime
    percent: str
    mark: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """`span` is the strip's length in seconds; `next` the level that fires next, None also while
    escalation is paused."""

    rungs: tuple[Rung, ...]
    span: int
    now_percent: str
    next: Rung | None


def climb(
    *,
    incident: Incident,
    levels: Iterable[EscalationLevel],
    now: datetime,
    timers: Iterable[Timer] = (),
) -> Ladder:
    """The strip ends a little after the last level, or at the present when that is later."""
    newest = newest_timers(timers)
    moments = [(moment_of(one, incident, newest, now), one) for one in levels]
    placed = sorted(((at, one) for at, one in moments if at), key=lambda pair: pair[0])
    until = incident.resolved_at or now
    elapsed = max(0.0, (until - incident.started_at).total_seconds())
    longest = max((_after(incident, at) for at, _ in placed), default=0.0)
    span = max(longest, elapsed, 60) * ROOM_AFTER_THE_LAST_LEVEL
    rungs = tuple(
        Rung(
            level=level,
            at=at,
            percent=f"{100 * _after(incident, at) / span:.2f}",
            mark=_mark(level),
        )
        for at, level in placed
    )
    pending = (rung for rung in rungs if rung.level.state == LevelState.PENDING)
    is_climbing = incident.is_open and incident.paused_at is None
    return Ladder(
        rungs=rungs,
        span=round(span),
        now_percent=f"{100 * elapsed / span:.2f}",
        next=next(pending, None) if is_climbing else None,
    )


def newest_timers(timers: Iterable[Timer]) -> dict[str, Timer]:
    """The timer that counts for each level, by its position."""
    ladder = (timer for timer in timers if timer.kind == TimerKind.ESCALATION)
    return {timer.key: timer for timer in sorted(ladder, key=lambda timer: timer.occurrence)}


def moment_of(
    level: EscalationLevel, incident: Incident, timers: Mapping[str, Timer], now: datetime
) -> datetime | None:
    """When a level fired or will fire; None while nobody can say."""
    if level.fired_at is not None:
        return level.fired_at
    timer = timers.get(str(level.position))
    if timer is not None and timer.state == TimerState.PAUSED:
        return now + timedelta(seconds=timer.remaining or 0)
    if timer is not None and timer.state == TimerState.PENDING:
        return timer.due_at
    if level.origin != LevelOrigin.INCIDENT or not is_meant(level, incident):
        return None
    return incident.started_at + timedelta(seconds=level.after)


def is_meant(level: EscalationLevel, incident: Incident) -> bool:
    """Whether the level is for the incident's severity."""
    return not level.severities or incident.severity in level.severities


def _after(incident: Incident, at: datetime) -> float:
    return max(0.0, (at - incident.started_at).total_seconds())


def _mark(level: EscalationLevel) -> str:
    if level.origin == LevelOrigin.INCIDENT:
        return words(level.after)
    return f"L{level.position}"
