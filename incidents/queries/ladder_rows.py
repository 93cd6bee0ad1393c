"""The ladder as people read it: each level with its state, its moment and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incidents.models import EscalationLevel, Incident, Phase, Timer
from incidents.queries.ladder import is_meant, moment_of, newest_timers
from incidents.queries.level_words import when
from incidents.states import LevelOrigin, LevelState, PhaseState, TimerKind, TimerState

WORTH_SAYING = 1.0
DISMISSED = "escalation.dismissed"


@dataclass(frozen=True, slots=True)
class LadderRow:
    """`at` is when it fired or will, None while `waits` says for what. `timer` is the one that can
    be postponed. `late` is in seconds, None below one. `dismissed` is why it does not apply."""

    level: EscalationLevel
    when: str
    at: datetime | None
    waits: str = ""
    timer: Timer | None = None
    late: float | None = None
    again_at: datetime | None = None
    next_at: datetime | None = None
    dismissed: str = ""

    @property
    def state(self) -> str:
        if self.dismissed:
            return "does not apply"
        if self.timer is not None and self.timer.state == TimerState.PAUSED:
            return "paused"
        if self.level.state == LevelState.PENDING and self.at is None:
            return "waits"
        return self.level.state


@dataclass(frozen=True, slots=True)
class OtherClock:
    """What else is due: words for an audience, the end of a phase's plan."""

    timer: Timer
    what: str


@dataclass(frozen=True, slots=True)
class LadderView:
    """`is_paused_since` is None while escalation runs."""

    rows: tuple[LadderRow, ...]
    others: tuple[OtherClock, ...] = field(default=())
    is_paused_since: datetime | None = None
    paused_because: str = ""


def read_ladder(incident: Incident, *, now: datetime) -> LadderView:
    levels = list(incident.levels.select_related("acknowledged_by"))
    timers = list(incident.timers.exclude(state=TimerState.CANCELLED))
    phases = {phase.position: phase for phase in incident.phases.all()}
    dismissed = {
        entry.data.get("level"): str(entry.data.get("reason", ""))
        for entry in incident.timeline.filter(kind=DISMISSED)
    }
    rows = (
        _row(level, incident, timers, phases, dismissed.get(level.position, ""), now)
        for level in levels
    )
    return LadderView(
        rows=tuple(rows),
        others=tuple(_others(timers, phases.values())) if incident.is_open else (),
        is_paused_since=incident.paused_at if incident.is_open else None,
        paused_because=incident.paused_because,
    )


def _row(
    level: EscalationLevel,
    incident: Incident,
    timers: Sequence[Timer],
    phases: Mapping[int, Phase],
    dismissed: str,
    now: datetime,
) -> LadderRow:
    newest = newest_timers(timers)
    own = newest.get(str(level.position))
    at = moment_of(level, incident, newest, now) if level.state != LevelState.CANCELLED else None
    waiting = own if level.state == LevelState.PENDING and own and _is_live(own) else None
    return LadderRow(
        level=level,
        when=_when(level, phases),
        at=at,
        waits="" if at else _waits(level, incident, phases),
        timer=waiting,
        late=own.late if own and own.late and own.late >= WORTH_SAYING else None,
        again_at=_due(timers, TimerKind.REPEAT, level),
        next_at=_due(timers, TimerKind.UNACKNOWLEDGED, level),
        dismissed=dismissed,
    )


def _is_live(timer: Timer) -> bool:
    return timer.state in (TimerState.PENDING, TimerState.PAUSED)


def _due(timers: Sequence[Timer], kind: TimerKind, level: EscalationLevel) -> datetime | None:
    own = (t for t in timers if t.kind == kind and t.key == str(level.position))
    return next((t.due_at for t in own if t.state == TimerState.PENDING), None)


def _when(level: EscalationLevel, phases: Mapping[int, Phase]) -> str:
    """The same words as on the timeline, and the phase by its name."""
    phase = phases.get(int(level.origin_key)) if level.origin == LevelOrigin.PHASE else None
    return f"{when(level)}, {phase.title}" if phase else when(level)


def _waits(level: EscalationLevel, incident: Incident, phases: Mapping[int, Phase]) -> str:
    """Why it has no moment, as a sentence without its stop."""
    phase = phases.get(int(level.origin_key)) if level.origin == LevelOrigin.PHASE else None
    if level.state == LevelState.CANCELLED:
        is_over = phase is not None and phase.state == PhaseState.COMPLETED
        return "Not needed: the phase is completed" if is_over else "The incident is closed"
    if not is_meant(level, incident):
        return f"Only for {', '.join(level.severities)}"
    if level.origin == LevelOrigin.PHASE:
        return f"Counts as soon as phase {level.origin_key} begins"
    return f"Counts as soon as level {level.origin_key} fires"


def _others(timers: Sequence[Timer], phases: Iterable[Phase]) -> list[OtherClock]:
    names = {str(phase.pk): phase.title for phase in phases}
    found = []
    for timer in sorted(timers, key=lambda timer: timer.due_at):
        if not _is_live(timer):
            continue
        if timer.kind == TimerKind.UPDATE:
            words = timer.key if timer.key == "sync meeting" else f"Update for {timer.key}"
            found.append(OtherClock(timer, words[:1].upper() + words[1:]))
        elif timer.kind == TimerKind.PHASE and timer.key in names:
            found.append(OtherClock(timer, f"Planned end of {names[timer.key]}"))
    return found
