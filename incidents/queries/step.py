"""One step as the room shows it: commands, their runs, checks, plans, approvals and output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from incidents.models import Incident, OutputChunk, Run, Step, StepCommand
from incidents.queries.approvals import Card, cards_of
from incidents.queries.undo import Undoing, later_changes, undoing_of, undos_of
from incidents.states import RunState

TAIL = 200
EARLIER_RUNS = 8


@dataclass(frozen=True, slots=True)
class OutputLine:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its last lines, and its approval card where it changes something.

    `undoing` is how far the change it made, or takes back, is taken back; None for reads. `later`
    are the runs that changed the same resource since that change. `may_see_front`: the person may
    see the incident of the run that it waits for.
    """

    run: Run
    card: Card | None
    lines: tuple[OutputLine, ...] = ()
    undoing: Undoing | None = None
    later: tuple[Run, ...] = ()
    may_see_front: bool = False

    @property
    def is_unsettled(self) -> bool:
        """Of unknown outcome, and nobody has left it so."""
        return self.run.state == RunState.UNKNOWN and self.run.left_at is None

    @property
    def asks_again(self) -> bool:
        """The card offers to plan this change again, so that the command itself need not."""
        card = self.card
        return self.run.undoes_id is None and card is not None and card.may_be_asked_again

    @property
    def is_mine_to_withdraw(self) -> bool:
        """The card offers the person who asked to withdraw it: what cancelling would do."""
        return self.card is not None and self.card.is_waiting and self.card.asked_by_me

    @property
    def first_line(self) -> int:
        return self.lines[0].number if self.lines else self.run.last_line + 1

    @property
    def last_shown(self) -> int:
        return self.lines[-1].number if self.lines else 0


@dataclass(frozen=True, slots=True)
class CommandView:
    """`checks` are those of the current run, or what the runbook expects before there is one."""

    command: StepCommand
    current: RunView | None
    earlier: tuple[Run, ...]
    checks: tuple[dict[str, Any], ...]  # Any: JSON

    @property
    def is_live(self) -> bool:
        return self.current is not None and self.current.run.is_live


@dataclass(frozen=True, slots=True)
class StepView:
    step: Step
    commands: tuple[CommandView, ...]

    @property
    def topics(self) -> str:
        """Names of all changes that alter this panel."""
        runs = [view.current.run.pk for view in self.commands if view.current]
        return " ".join([f"step-{self.step.pk}", *(f"run-{pk}" for pk in runs)])


def read_step(
    *,
    incident: Incident,
    step_id: int,
    person: User,
    now: datetime,
    visible: QuerySet[Incident],
) -> StepView | None:
    """`visible` are the incidents that the person may see."""
    step = (
        incident.steps.select_related("phase", "decided_by", "edited_by").filter(pk=step_id).first()
    )
    if step is None:
        return None
    commands = list(step.commands.select_related("pasted_by"))
    runs = _runs(commands)
    current = [own[0] for own in runs.values()]
    views = {
        view.run.pk: view for view in _run_views(current, person=person, now=now, visible=visible)
    }
    return StepView(
        step=step,
        commands=tuple(
            _command_view(command, runs.get(command.pk, []), views) for command in commands
        ),
    )


def _runs(commands: Sequence[StepCommand]) -> dict[int, list[Run]]:
    """All runs of the commands, newest first."""
    rows = (
        Run.objects.filter(command__in=commands)
        .select_related("requested_by", "plan", "approval__decided_by")
        .select_related("command__edited_by", "command__step__edited_by")
        .select_related("incident__environment")
        .select_related("undoes__plan", "waits_for__incident", "waits_for__command", "left_by")
        .defer("result")
        .order_by("-requested_at", "-id")
    )
    found: dict[int, list[Run]] = defaultdict(list)
    for run in rows:
        found[run.command_id].append(run)
    return dict(found)


def _tails(run_ids: Iterable[int]) -> dict[int, list[OutputLine]]:
    chunks = OutputChunk.objects.filter(
        run_id__in=list(run_ids), last__gt=F("run__last_line") - TAIL
    ).order_by("run_id", "first")
    found: dict[int, list[OutputLine]] = defaultdict(list)
    for chunk in chunks:
        found[chunk.run_id] += lines_of(chunk)
    return {pk: lines[-TAIL:] for pk, lines in found.items()}


def lines_of(chunk: OutputChunk) -> list[OutputLine]:
    texts = chunk.text.split("\n")
    return [OutputLine(chunk.first + place, text) for place, text in enumerate(texts)]


def _run_views(
    runs: Sequence[Run], *, person: User, now: datetime, visible: QuerySet[Incident]
) -> Iterable[RunView]:
    """In as many queries for one run as for many."""
    tails = _tails(run.pk for run in runs)
    made = [run for run in runs if run.undoes_id or getattr(run, "plan", None)]
    changes = {run.pk: run.undoes or run for run in made}
    undos = undos_of(changes.values())
    later = later_changes(changes.values())
    seen = _seen_fronts(runs, visible)
    cards = cards_of(runs, person=person, now=now)
    for run in runs:
        change = changes.get(run.pk)
        yield RunView(
            run=run,
            card=cards.get(run.pk),
            lines=tuple(tails.get(run.pk, ())),
            undoing=undoing_of(change, undos[change.pk]) if change else None,
            later=tuple(later[change.pk]) if change else (),
            may_see_front=run.waits_for is not None and run.waits_for.incident_id in seen,
        )


def _seen_fronts(runs: Iterable[Run], visible: QuerySet[Incident]) -> Collection[int]:
    fronts = {run.waits_for.incident_id for run in runs if run.waits_for}
    return set(visible.filter(pk__in=fronts).values_list("pk", flat=True)) if fronts else ()


def _command_view(
    command: StepCommand, runs: Sequence[Run], views: Mapping[int, RunView]
) -> CommandView:
    current = views[runs[0].pk] if runs else None
    is_undo = current is not None and current.run.undoes_id is not None
    has_result = current is not None and bool(current.run.checks)
    checks = current.run.checks if current is not None and has_result else command.checks
    return CommandView(
        command=command,
        current=current,
        earlier=tuple(runs[1 : 1 + EARLIER_RUNS]),
        checks=() if is_undo else tuple(checks),
    )
