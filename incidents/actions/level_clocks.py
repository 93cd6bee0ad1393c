"""When the levels of a ladder are due: computed from what they count from, and again whenever that
changes. Call it inside a transaction that holds the incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.actions.timers import live_timers, start, stood_still
from incidents.models import EscalationLevel, Incident, Timer
from incidents.states import LevelOrigin, LevelState, PhaseState, TimerKind, TimerState

SAME = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Move:
    """What is due at another moment than before; None where it is not due at all."""

    what: str
    before: datetime | None
    after: datetime | None

    @property
    def words(self) -> str:
        if self.after is None:
            return f"{self.what} is not due any more"
        if self.before is None:
            return f"{self.what} is due at {_moment(self.after)}"
        return f"{self.what} is due at {_moment(self.after)} instead of {_moment(self.before)}"

    @property
    def data(self) -> dict[str, str | None]:
        before, after = (at.isoformat() if at else None for at in (self.before, self.after))
        return {"what": self.what, "before": before, "after": after}


def _moment(at: datetime) -> str:
    return f"{at:%-d %b %H:%M} UTC"


def told(moves: Sequence[Move]) -> str:
    """The moves behind a sentence: "; level 2 is due at …"."""
    return "".join(f"; {move.words}" for move in moves)


def fit_levels(incident: Incident, *, now: datetime, of: LevelOrigin | None = None) -> list[Move]:
    """Give each level that has not fired, of one origin or of all, the timer that it should have. A
    level whose time has passed already is due at once. What somebody postponed stays postponed."""
    levels = incident.levels.filter(state=LevelState.PENDING)
    waiting = list(levels.filter(origin=of) if of else levels)
    if not waiting:
        return []
    timers = {timer.key: timer for timer in _ladder_timers(incident)}
    pairs = ((level, timers.get(str(level.position))) for level in waiting)
    return [move for level, timer in pairs for move in _fit(incident, level, timer, now)]


def _ladder_timers(incident: Incident) -> Iterator[Timer]:
    yield from live_timers(incident.pk).filter(kind=TimerKind.ESCALATION)


def _fit(
    incident: Incident, level: EscalationLevel, timer: Timer | None, now: datetime
) -> Iterator[Move]:
    what, due_at = f"level {level.position}", due_of(incident, level, now)
    before = None if timer is None else _due_of_timer(timer, now)
    if timer is None or before is None:
        if due_at is not None:
            start(incident, TimerKind.ESCALATION, str(level.position), max(due_at, now))
            yield Move(what, None, max(due_at, now))
    elif due_at is None:
        Timer.objects.filter(pk=timer.pk).update(state=TimerState.CANCELLED)
        yield Move(what, before, None)
    elif timer.postponed_from is None and _differs(before, due_at, now):
        _move(timer, max(due_at, now), now)
        yield Move(what, before, max(due_at, now))


def _differs(before: datetime, after: datetime, now: datetime) -> bool:
    """What is overdue both ways stays as it is: it is about to fire, and says how late it is."""
    return abs(after - before) >= SAME and max(after, before) > now


def _due_of_timer(timer: Timer, now: datetime) -> datetime:
    if timer.state == TimerState.PAUSED:
        return now + timedelta(seconds=timer.remaining or 0)
    return timer.due_at


def _move(timer: Timer, due_at: datetime, now: datetime) -> None:
    left = (due_at - now).total_seconds() if timer.state == TimerState.PAUSED else None
    Timer.objects.filter(pk=timer.pk).update(due_at=due_at, remaining=left)


def due_of(incident: Incident, level: EscalationLevel, now: datetime) -> datetime | None:
    """When the level is due, pauses left out; None while there is nothing that it counts from, and
    when it is not for the incident's severity."""
    if level.severities and incident.severity not in level.severities:
        return None
    begun = _begun(incident, level)
    if begun is None:
        return None
    return begun + timedelta(seconds=level.after) + stood_still(incident, begun, now)


def _begun(incident: Incident, level: EscalationLevel) -> datetime | None:
    if level.origin == LevelOrigin.INCIDENT:
        return incident.started_at
    if level.origin == LevelOrigin.UPDATE:
        last = incident.updates.filter(audience=level.origin_key).order_by("-at").first()
        return last.at if last else incident.started_at
    place = int(level.origin_key)
    if level.origin == LevelOrigin.LEVEL:
        base = incident.levels.filter(position=place).first()
        return base.fired_at if base else None
    phase = incident.phases.filter(position=place, state=PhaseState.ACTIVE).first()
    return phase.started_at if phase else None
