"""How far changes have been taken back, and what stands in the way of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.models import Incident, Plan, Run
from incidents.states import LIVE_RUN_STATES, EffectChoice, RunState
from runbook.commands.base import NotRunnable
from runbook.commands.secret_text import without_value
from runbook.commands.undo import undo_lines


@dataclass(frozen=True, slots=True)
class Undoing:
    """A change and how much of it is taken back.

    `lines` are the commands that take it back, in order; each is a run of its own, the next once
    the one before has succeeded, which `done` of them have. `latest` is the newest of those runs.
    `why_not` says why none can be asked for now, "" when the next one can.
    """

    run: Run
    lines: tuple[str, ...]
    done: int
    latest: Run | None
    why_not: str

    @property
    def is_undone(self) -> bool:
        return bool(self.lines) and self.done == len(self.lines)

    @property
    def part(self) -> int:
        """Which line is next, counted from one."""
        return self.done + 1

    @property
    def next_shown(self) -> str:
        """The next line as people read it."""
        return "" if self.is_undone or not self.lines else without_value(self.lines[self.done])


def undoing_of(run: Run, undos: Sequence[Run]) -> Undoing:
    """`undos` are the runs that take it back. The run is fetched with its plan; no query."""
    lines, why_none = _lines(run)
    succeeded = {undo.undo_part for undo in undos if undo.state == RunState.SUCCEEDED}
    done = next(part for part in range(len(lines) + 1) if part + 1 not in succeeded)
    latest = max(undos, key=lambda undo: undo.number, default=None)
    why_not = why_none or _in_the_way(latest) or _undone(run, latest, done, len(lines))
    return Undoing(run=run, lines=lines, done=done, latest=latest, why_not=why_not)


def _lines(run: Run) -> tuple[tuple[str, ...], str]:
    """The lines, or () and why there are none."""
    plan: Plan | None = getattr(run, "plan", None)
    if run.undoes_id:
        return (), f"Run {run.number} is an undo itself. To make the change again, plan it again."
    if run.effect == EffectChoice.READS or plan is None or not plan.changes:
        return (), f"Run {run.number} changed nothing."
    if run.state != RunState.SUCCEEDED:
        state = RunState(run.state).label
        return (), f"Run {run.number} is {state}; only a change that was made can be taken back."
    try:
        lines = undo_lines(plan.undo)
    except NotRunnable as error:
        return (), error.reason
    return lines, "" if lines else plan.why_no_undo or "No command takes this change back."


def _in_the_way(latest: Run | None) -> str:
    if latest is None:
        return ""
    if latest.state in LIVE_RUN_STATES:
        return f"Its undo is under way: run {latest.number} is {RunState(latest.state).label}."
    if latest.state == RunState.UNKNOWN:
        return (
            f"Nobody knows whether run {latest.number}, its undo, took effect. Decide about that"
            " first."
        )
    return ""


def _undone(run: Run, latest: Run | None, done: int, parts: int) -> str:
    if done < parts or latest is None:
        return ""
    return f"Run {run.number} has been taken back already, by run {latest.number}."


@dataclass(frozen=True, slots=True)
class PhaseUndo:
    """All changes that were made in a phase, the one that ended last first."""

    changes: tuple[Undoing, ...]

    @property
    def standing(self) -> tuple[Undoing, ...]:
        return tuple(change for change in self.changes if not change.is_undone)

    @property
    def undone(self) -> int:
        return len(self.changes) - len(self.standing)

    @property
    def is_final(self) -> bool:
        """None of these changes has a way back."""
        return not any(change.lines for change in self.changes)

    @property
    def next(self) -> Undoing | None:
        """What to take back now: the first that stands and can be. None also while an undo is
        under way: one after the other."""
        if any(change.latest and change.latest.is_live for change in self.standing):
            return None
        return next((change for change in self.standing if not change.why_not), None)


def undo_by_phase(incident: Incident) -> dict[int, PhaseUndo]:
    """For each phase with changes that were made, by the phase's id. Two queries."""
    made = [run for run in _changes(incident) if run.plan.changes]
    undos = undos_of(made)
    found: dict[int, list[Undoing]] = defaultdict(list)
    for run in made:
        found[run.command.step.phase_id].append(undoing_of(run, undos[run.pk]))
    return {phase: PhaseUndo(tuple(changes)) for phase, changes in found.items()}


def _changes(incident: Incident) -> list[Run]:
    runs = incident.runs.filter(
        state=RunState.SUCCEEDED, undoes__isnull=True, plan__isnull=False
    ).exclude(effect=EffectChoice.READS)
    wanted = runs.select_related("plan", "command__step").defer(
        "result", "plan__before", "plan__after"
    )
    return list(wanted.order_by("-finished_at", "-pk"))


def undos_of(runs: Iterable[Run]) -> dict[int, list[Run]]:
    """The runs that take each of these back, by its id."""
    found: dict[int, list[Run]] = defaultdict(list)
    wanted = [run.pk for run in runs]
    if wanted:
        for undo in Run.objects.filter(undoes__in=wanted).defer("result"):
            if undo.undoes_id is not None:
                found[undo.undoes_id].append(undo)
    return found


def later_changes(changes: Iterable[Run]) -> dict[int, list[Run]]:
    """For each change, by its id: those of the same resource that ended well after it, in any
    incident, its own undo aside. One query."""
    made = [run for run in changes if run.lock_name and run.finished_at]
    found: dict[int, list[Run]] = defaultdict(list)
    if not made:
        return found
    since = Run.objects.filter(
        lock_name__in={run.lock_name for run in made},
        state=RunState.SUCCEEDED,
        finished_at__gt=min(run.finished_at for run in made if run.finished_at),
    )
    for later in since.only("lock_name", "finished_at", "undoes", "incident", "number").order_by(
        "finished_at"
    ):
        for run in made:
            if _is_after(later, run):
                found[run.pk].append(later)
    return found


def _is_after(later: Run, run: Run) -> bool:
    if later.lock_name != run.lock_name or run.pk in (later.pk, later.undoes_id):
        return False
    return bool(later.finished_at and run.finished_at and later.finished_at > run.finished_at)
