"""One step as the room shows it: commands, their runs, checks, plans, approvals and output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from incidents.models import Incident, OutputChunk, Run, Step, StepCommand
from incidents.queries.approvals import Card, card_of

TAIL = 200
EARLIER_RUNS = 8


@dataclass(frozen=True, slots=True)
class OutputLine:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its last lines, and its approval card where it changes something."""

    run: Run
    card: Card | None
    lines: tuple[OutputLine, ...] = ()

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
    *, incident: Incident, step_id: int, person: User, may_approve: bool
) -> StepView | None:
    step = (
        incident.steps.select_related("phase", "decided_by", "edited_by").filter(pk=step_id).first()
    )
    if step is None:
        return None
    commands = list(step.commands.select_related("pasted_by"))
    runs = _runs(commands)
    current = {pk: own[0] for pk, own in runs.items()}
    tails = _tails(run.pk for run in current.values())
    views = tuple(
        _command_view(
            command, runs.get(command.pk, []), tails, person=person, may_approve=may_approve
        )
        for command in commands
    )
    return StepView(step=step, commands=views)


def _runs(commands: Sequence[StepCommand]) -> dict[int, list[Run]]:
    """All runs of the commands, newest first."""
    rows = (
        Run.objects.filter(command__in=commands)
        .select_related("requested_by", "plan", "approval__decided_by", "command__step")
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


def _command_view(
    command: StepCommand,
    runs: Sequence[Run],
    tails: dict[int, list[OutputLine]],
    *,
    person: User,
    may_approve: bool,
) -> CommandView:
    current = None
    if runs:
        card = card_of(runs[0], person=person, may_approve=may_approve)
        current = RunView(run=runs[0], card=card, lines=tuple(tails.get(runs[0].pk, ())))
    has_result = current is not None and bool(current.run.checks)
    checks = current.run.checks if current is not None and has_result else command.checks
    return CommandView(
        command=command,
        current=current,
        earlier=tuple(runs[1 : 1 + EARLIER_RUNS]),
        checks=tuple(checks),
    )
