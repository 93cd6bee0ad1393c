"""The incident room's left side: phases with their steps, and the step that makes sense next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.models import Incident, Phase, Run, Step, StepCommand
from incidents.queries.undo import PhaseUndo, undo_by_phase
from incidents.states import EffectChoice, PhaseState, RunState, StepState

STRENGTH = [EffectChoice.READS, EffectChoice.CHANGES, EffectChoice.DESTROYS]
LOUDNESS = [
    RunState.UNKNOWN,
    RunState.WAITING,
    RunState.RUNNING,
    RunState.PLANNING,
    RunState.QUEUED,
    RunState.FAILED,
    RunState.VOID,
    RunState.EXPIRED,
    RunState.REJECTED,
    RunState.CANCELLED,
    RunState.SUCCEEDED,
]


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in the list. `effect` is the strongest of its commands, "" for none; `run` the one of
    their latest runs that needs a person most; `failed_checks` counts over all latest runs."""

    step: Step
    effect: str
    run: Run | None
    failed_checks: int
    run_ids: tuple[int, ...]
    number: str


@dataclass(frozen=True, slots=True)
class PhasePart:
    """A phase with its steps; exit criteria apart. `diagnostics` counts commands that only read.
    `undo` is None while it has changed nothing."""

    phase: Phase
    lines: tuple[StepLine, ...]
    criteria: tuple[StepLine, ...]
    diagnostics: int
    undo: PhaseUndo | None = None

    @property
    def done(self) -> int:
        return sum(1 for line in (*self.lines, *self.criteria) if line.step.state != StepState.OPEN)

    @property
    def total(self) -> int:
        return len(self.lines) + len(self.criteria)

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def is_ready_to_complete(self) -> bool:
        return self.phase.state != PhaseState.COMPLETED and self.done == self.total

    @property
    def topics(self) -> str:
        """Names of all changes that alter this phase, for the page to listen to."""
        lines = (*self.lines, *self.criteria)
        names = [f"phase-{self.phase.pk}", *(f"step-{line.step.pk}" for line in lines)]
        return " ".join([*names, *(f"run-{pk}" for line in lines for pk in line.run_ids)])


@dataclass(frozen=True, slots=True)
class NextMove:
    """What the page offers to do now; `step` is None when it is not about a step."""

    sentence: str
    step: Step | None = None
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """All phases in order and what to do next."""

    incident: Incident
    parts: tuple[PhasePart, ...]
    next: NextMove | None

    def part(self, phase_id: int) -> PhasePart | None:
        return next((part for part in self.parts if part.phase.pk == phase_id), None)


def read_room(incident: Incident) -> Room:
    phases = list(incident.phases.select_related("completed_by"))
    steps = list(incident.steps.select_related("decided_by"))
    commands = StepCommand.objects.filter(step__incident=incident).only("step", "effect")
    runs = _latest_runs(incident)
    by_step: dict[int, list[StepCommand]] = defaultdict(list)
    for command in commands:
        by_step[command.step_id].append(command)
    undo = undo_by_phase(incident)
    parts = tuple(_part(phase, steps, by_step, runs, undo.get(phase.pk)) for phase in phases)
    return Room(incident=incident, parts=parts, next=_next_move(incident, parts))


def _latest_runs(incident: Incident) -> dict[int, Run]:
    """The newest run of each command."""
    rows = incident.runs.defer("result", "message").order_by("requested_at", "id")
    return {run.command_id: run for run in rows}


def _part(
    phase: Phase,
    steps: Sequence[Step],
    commands: dict[int, list[StepCommand]],
    runs: dict[int, Run],
    undo: PhaseUndo | None,
) -> PhasePart:
    own = [step for step in steps if step.phase_id == phase.pk]
    lines = [
        _line(step, commands[step.pk], runs, f"{phase.position}.{count}")
        for count, step in enumerate(own, start=1)
    ]
    reads = [c for step in own for c in commands[step.pk] if c.effect == EffectChoice.READS]
    return PhasePart(
        phase=phase,
        lines=tuple(line for line in lines if not line.step.is_exit_criterion),
        criteria=tuple(line for line in lines if line.step.is_exit_criterion),
        diagnostics=len(reads),
        undo=undo,
    )


def _line(
    step: Step, commands: Sequence[StepCommand], runs: dict[int, Run], number: str
) -> StepLine:
    latest = [runs[command.pk] for command in commands if command.pk in runs]
    effects = [EffectChoice(command.effect) for command in commands if command.effect]
    loudest = min(latest, key=lambda run: LOUDNESS.index(RunState(run.state)), default=None)
    return StepLine(
        step=step,
        effect=max(effects, key=STRENGTH.index) if effects else "",
        run=loudest,
        failed_checks=sum(run.failed_checks for run in latest if not run.is_live),
        run_ids=tuple(run.pk for run in latest),
        number=number,
    )


def _next_move(incident: Incident, parts: Iterable[PhasePart]) -> NextMove | None:
    if not incident.is_open:
        return None
    straight = [part for part in parts if not part.phase.is_rollback]
    urgent = _needs_a_person(straight)
    if urgent is not None:
        return urgent
    for part in straight:
        if part.phase.state == PhaseState.COMPLETED:
            continue
        if part.is_ready_to_complete:
            return NextMove(f"Complete phase {part.phase.position}", phase=part.phase)
        lines = (*part.lines, *part.criteria)
        step = next(line.step for line in lines if line.step.state == StepState.OPEN)
        return NextMove(step.title, step=step, phase=part.phase)
    return NextMove("Every phase is completed: resolve the incident when the service is back")


def _needs_a_person(parts: Iterable[PhasePart]) -> NextMove | None:
    lines = [line for part in parts for line in (*part.lines, *part.criteria) if line.run]
    for state, words in (
        (RunState.UNKNOWN, "Settle the run whose outcome is unknown"),
        (RunState.WAITING, "A change waits for approval"),
    ):
        for line in lines:
            if line.run is not None and line.run.state == state and not line.run.left_at:
                return NextMove(f"{words}: {line.step.title}", step=line.step)
    return None
