"""A runbook's document as its page shows it: commands with their effects, source with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runbook.commands import shell
from runbook.document.definition import CommandText, Phase, Problem, Runbook, Step


@dataclass(frozen=True, slots=True)
class CommandDrawing:
    """`effect` is "" for what is shown but not run, and `reason` says why."""

    written: CommandText
    effect: str
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class StepDrawing:
    step: Step
    commands: tuple[CommandDrawing, ...]
    steps: tuple[StepDrawing, ...]


@dataclass(frozen=True, slots=True)
class PhaseDrawing:
    phase: Phase
    steps: tuple[StepDrawing, ...]
    criteria: tuple[StepDrawing, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    number: int
    text: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Counts are commands by effect; `unrunnable` those that are only shown."""

    runbook: Runbook
    phases: tuple[PhaseDrawing, ...]
    source: tuple[SourceLine, ...]
    reads: int
    changes: int
    unrunnable: int
    open_parameters: tuple[str, ...]


def draw_document(document: Runbook) -> Drawing:
    values = {"PROJECT": "any-project", "REGION": "us-central1"}
    values |= {p.name: p.value or p.name.lower() for p in document.parameters}
    phases = tuple(_phase(phase, values) for phase in document.phases)
    effects = [command.effect for phase in phases for command in _commands(phase)]
    return Drawing(
        runbook=document,
        phases=phases,
        source=tuple(_source(document)),
        reads=effects.count("reads"),
        changes=effects.count("changes") + effects.count("destroys"),
        unrunnable=effects.count(""),
        open_parameters=tuple(p.name for p in document.parameters if not p.value),
    )


def _phase(phase: Phase, values: Mapping[str, str]) -> PhaseDrawing:
    return PhaseDrawing(
        phase=phase,
        steps=tuple(_step(step, values) for step in phase.steps),
        criteria=tuple(_step(step, values) for step in phase.exit_criteria),
    )


def _step(step: Step, values: Mapping[str, str]) -> StepDrawing:
    return StepDrawing(
        step=step,
        commands=tuple(_command(written, values) for written in step.commands),
        steps=tuple(_step(child, values) for child in step.steps),
    )


def _command(written: CommandText, values: Mapping[str, str]) -> CommandDrawing:
    read = shell.read(written.text, values)
    return CommandDrawing(
        written=written,
        effect=read.effect.value if read.effect else "",
        reason=read.reason,
        instead=read.instead,
    )


def _commands(phase: PhaseDrawing) -> Iterable[CommandDrawing]:
    for step in (*phase.steps, *phase.criteria):
        yield from step.commands
        for child in step.steps:
            yield from child.commands


def _source(document: Runbook) -> Iterable[SourceLine]:
    problems: dict[int, list[Problem]] = {}
    for problem in document.problems:
        problems.setdefault(problem.line, []).append(problem)
    text = document.source.decode("utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        yield SourceLine(number, line, tuple(problems.get(number, ())))
