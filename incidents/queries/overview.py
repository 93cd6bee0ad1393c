"""What an incident looks like from outside its room: progress, clock, ladder, what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from incidents.models import EscalationLevel, Handoff, Incident, Phase, Run, Step, Timer
from incidents.queries.ball import Ball, ball_of
from incidents.queries.ladder import Ladder, climb
from incidents.states import (
    PhaseState,
    RunState,
    StepState,
    TimerKind,
    TimerState,
)

BUSY = [RunState.PLANNING, RunState.WAITING, RunState.QUEUED, RunState.RUNNING, RunState.UNKNOWN]


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """How far a phase has come. `done` counts steps that are ticked or skipped."""

    phase: Phase
    done: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def word(self) -> str:
        """The state of the phase as people say it."""
        return {
            PhaseState.COMPLETED: "completed",
            PhaseState.ACTIVE: "active",
        }.get(PhaseState(self.phase.state), "not started")


@dataclass(frozen=True, slots=True)
class Overview:
    """`updates_due` is the update each audience waits for, soonest first, also when its time has
    passed and the clock has said so; `waits_for` is a sentence."""

    incident: Incident
    phases: tuple[PhaseBar, ...]
    ladder: Ladder
    updates_due: tuple[Timer, ...]
    is_update_overdue: bool
    waits_for: str
    waits_icon: str
    ball: Ball

    @property
    def next_update(self) -> Timer | None:
        return self.updates_due[0] if self.updates_due else None

    @property
    def done(self) -> int:
        return sum(bar.done for bar in self.phases)

    @property
    def total(self) -> int:
        return sum(bar.total for bar in self.phases)

    @property
    def current(self) -> PhaseBar | None:
        """The active phase, else the first that is not completed."""
        open_bars = [bar for bar in self.phases if bar.phase.state != PhaseState.COMPLETED]
        active = [bar for bar in open_bars if bar.phase.state == PhaseState.ACTIVE]
        return next(iter([*active, *open_bars]), None)


def with_overview(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Fetch all that `overview` reads, in a number of queries that does not grow."""
    return incidents.select_related(
        "environment", "commander", "revision__runbook"
    ).prefetch_related(
        Prefetch("phases", Phase.objects.filter(is_rollback=False), "straight_phases"),
        Prefetch(
            "steps",
            Step.objects.only("incident", "phase", "state", "title", "position"),
            "few_steps",
        ),
        Prefetch("levels", EscalationLevel.objects.all(), "all_levels"),
        Prefetch(
            "timers",
            Timer.objects.filter(kind__in=(TimerKind.UPDATE, TimerKind.ESCALATION)).exclude(
                state=TimerState.CANCELLED
            ),
            "own_timers",
        ),
        Prefetch("handoffs", Handoff.objects.select_related("decided_by"), "all_handoffs"),
        Prefetch(
            "runs",
            Run.objects.filter(state__in=BUSY, left_at__isnull=True).only(
                "incident", "state", "resource", "text", "command"
            ),
            "busy_runs",
        ),
    )


def overview(incident: Incident, *, now: datetime) -> Overview:
    """Of an incident fetched by `with_overview`; makes no query."""
    steps: Sequence[Step] = getattr(incident, "few_steps")  # noqa: B009  (set by the prefetch)
    phases: Sequence[Phase] = getattr(incident, "straight_phases")  # noqa: B009  (likewise)
    levels: Sequence[EscalationLevel] = getattr(incident, "all_levels")  # noqa: B009  (likewise)
    timers: Sequence[Timer] = getattr(incident, "own_timers")  # noqa: B009  (likewise)
    runs: Sequence[Run] = getattr(incident, "busy_runs")  # noqa: B009  (likewise)
    handoffs: Sequence[Handoff] = getattr(incident, "all_handoffs")  # noqa: B009  (likewise)
    due = _updates_due(timers) if incident.is_open else ()
    straight = {phase.pk for phase in phases}
    icon, sentence = _waits_for(runs, [step for step in steps if step.phase_id in straight])
    return Overview(
        incident=incident,
        phases=tuple(_bars(phases, steps)),
        ladder=climb(incident=incident, levels=levels, now=now, timers=timers),
        updates_due=due,
        is_update_overdue=bool(due) and due[0].due_at <= now,
        waits_for=sentence,
        waits_icon=icon,
        ball=ball_of(incident, handoffs, now=now),
    )


def _updates_due(timers: Sequence[Timer]) -> tuple[Timer, ...]:
    """The newest timer of each audience: posting an update makes a newer one."""
    updates = (timer for timer in timers if timer.kind == TimerKind.UPDATE)
    newest = {timer.key: timer for timer in sorted(updates, key=lambda timer: timer.occurrence)}
    return tuple(sorted(newest.values(), key=lambda timer: timer.due_at))


def _bars(phases: Iterable[Phase], steps: Sequence[Step]) -> Iterable[PhaseBar]:
    for phase in phases:
        states = [step.state for step in steps if step.phase_id == phase.pk]
        open_steps = states.count(StepState.OPEN)
        yield PhaseBar(phase=phase, done=len(states) - open_steps, total=len(states))


def _waits_for(runs: Sequence[Run], steps: Sequence[Step]) -> tuple[str, str]:
    states = [run.state for run in runs]
    for state, icon, one, many in (
        (
            RunState.UNKNOWN,
            "circle-help",
            "1 run is unknown: somebody must settle it",
            "{} runs are unknown: somebody must settle them",
        ),
        (
            RunState.WAITING,
            "hourglass",
            "1 change waits for approval",
            "{} changes wait for approval",
        ),
        (
            RunState.PLANNING,
            "circle-dashed",
            "1 change is being planned",
            "{} changes are being planned",
        ),
        (RunState.RUNNING, "loader", "1 command is running", "{} commands are running"),
        (RunState.QUEUED, "circle-dot-dashed", "1 command is queued", "{} commands are queued"),
    ):
        count = states.count(state)
        if count:
            return icon, one if count == 1 else many.format(count)
    following = next((step for step in steps if step.state == StepState.OPEN), None)
    if following is None:
        return "flag", "Every step is done: resolve it when the service is back"
    return "arrow-right", f"Next: {following.title}"
