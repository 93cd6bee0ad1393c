"""The phases of an incident laid out in time: how they were planned, and how they went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import Incident, Phase
from incidents.queries.report.wording import plan_of, span
from incidents.states import PhaseState, StepState

ROOM_AT_THE_END = 1.03


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """`planned_*` lie end to end from the incident's start; both are equal for a phase without a
    plan. `took` is seconds so far, None for one that never began; `over` those beyond its plan."""

    phase: Phase
    done: int
    total: int
    planned_from: datetime
    planned_until: datetime
    began: datetime | None
    ended: datetime | None
    took: float | None
    over: float

    @property
    def word(self) -> str:
        if self.began is None:
            return "never began"
        return "completed" if self.phase.state == PhaseState.COMPLETED else "not completed"

    @property
    def plan(self) -> str:
        return plan_of(self.phase.planned_least, self.phase.planned_most) or "no plan"

    @property
    def actual(self) -> str:
        return span(self.took) if self.took is not None else "not begun"

    @property
    def verdict(self) -> str:
        """Against the plan, in words; "" where there is nothing to compare."""
        if self.took is None or not (self.phase.planned_most or self.phase.planned_least):
            return ""
        return f"{span(self.over)} over" if self.over else "within the plan"


@dataclass(frozen=True, slots=True)
class Gantt:
    """All bars between `start` and `end`."""

    bars: tuple[PhaseBar, ...]
    start: datetime
    end: datetime

    def percent(self, at: datetime) -> float:
        """Where a moment lies, 0 at the left and 100 at the right."""
        whole = (self.end - self.start).total_seconds()
        return round(min(100.0, max(0.0, 100 * (at - self.start).total_seconds() / whole)), 2)


@dataclass(frozen=True, slots=True)
class Strip:
    """A bar as it is drawn: places and widths in percent, as text for SVG."""

    bar: PhaseBar
    planned_from: str
    planned_width: str
    actual_from: str
    actual_width: str


def read_gantt(incident: Incident, *, until: datetime) -> Gantt:
    """Rollbacks only where they were begun: they are never on the straight way."""
    phases = [phase for phase in incident.phases.all() if phase.started_at or not phase.is_rollback]
    states: dict[int, list[str]] = {}
    for phase_id, state in incident.steps.values_list("phase_id", "state"):
        states.setdefault(phase_id, []).append(state)
    bars = tuple(_bars(incident, phases, states, until))
    ends = [until, *(bar.planned_until for bar in bars)]
    length = max(60.0, (max(ends) - incident.started_at).total_seconds()) * ROOM_AT_THE_END
    return Gantt(bars, incident.started_at, incident.started_at + timedelta(seconds=length))


def strips(gantt: Gantt) -> list[Strip]:
    return [_strip(gantt, bar) for bar in gantt.bars]


def _bars(
    incident: Incident, phases: list[Phase], states: dict[int, list[str]], until: datetime
) -> Iterable[PhaseBar]:
    cursor = incident.started_at
    for phase in phases:
        planned = 0 if phase.is_rollback else phase.planned_most or phase.planned_least
        ended = (phase.completed_at or until) if phase.started_at else None
        took = (
            max(0.0, (ended - phase.started_at).total_seconds())
            if phase.started_at and ended
            else None
        )
        own = states.get(phase.pk, [])
        yield PhaseBar(
            phase=phase,
            done=len(own) - own.count(StepState.OPEN),
            total=len(own),
            planned_from=cursor,
            planned_until=cursor + timedelta(seconds=planned),
            began=phase.started_at,
            ended=ended,
            took=took,
            over=max(0.0, took - planned) if took is not None and planned else 0.0,
        )
        cursor += timedelta(seconds=planned)


def _strip(gantt: Gantt, bar: PhaseBar) -> Strip:
    planned = gantt.percent(bar.planned_from), gantt.percent(bar.planned_until)
    actual = (0.0, 0.0)
    if bar.began and bar.ended:
        actual = gantt.percent(bar.began), gantt.percent(bar.ended)
    return Strip(
        bar=bar,
        planned_from=f"{planned[0]:.2f}",
        planned_width=f"{planned[1] - planned[0]:.2f}",
        actual_from=f"{actual[0]:.2f}",
        actual_width=f"{max(0.4, actual[1] - actual[0]) if bar.began else 0:.2f}",
    )
