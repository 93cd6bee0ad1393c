"""A runbook's document as its page shows it: commands with their effects, source with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from incidents.actions.unfold import MOST_COMMANDS, is_too_long
from runbook.commands import shell
from runbook.document.definition import CommandText, Phase, Runbook, Step
from runbook.lint.finding import Finding
from runbook.lint.lint import findings_in
from runbook.lint.reading import as_written

_TOO_LONG = f"This runbook has more than {MOST_COMMANDS} commands; none is looked at. Split it."
STAND_INS = {"PROJECT": "unset-project", "REGION": "unset-region7", "ZONE": "unset-region7-a"}


@dataclass(frozen=True, slots=True)
class CommandDrawing:
    """`effect` is "" for what is shown but not run, and `reason` says why. `findings` are what lint
    says of it besides."""

    written: CommandText
    effect: str
    reason: str
    instead: str
    findings: tuple[Finding, ...]


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
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Counts are commands by effect; `unrunnable` those that are only shown. `findings` are what
    lint says, `errors` and `warnings` how many of them are grave."""

    runbook: Runbook
    phases: tuple[PhaseDrawing, ...]
    source: tuple[SourceLine, ...]
    reads: int
    changes: int
    unrunnable: int
    open_parameters: tuple[str, ...]
    findings: tuple[Finding, ...]
    errors: int
    warnings: int


def draw_document(document: Runbook) -> Drawing:
    findings = _findings(document.source)
    reader = _Reader.of(document, findings)
    phases = tuple(_phase(phase, reader) for phase in document.phases)
    severities = [finding.severity for finding in findings]
    effects = [command.effect for phase in phases for command in _commands(phase)]
    return Drawing(
        runbook=document,
        phases=phases,
        source=tuple(_source(document, findings)),
        reads=effects.count("reads"),
        changes=effects.count("changes") + effects.count("destroys"),
        unrunnable=effects.count(""),
        open_parameters=tuple(p.name for p in document.parameters if not p.value),
        findings=findings,
        errors=severities.count("error"),
        warnings=severities.count("warning"),
    )


@lru_cache(maxsize=16)
def _findings(source: bytes) -> tuple[Finding, ...]:
    """A revision never changes, and reading a long one takes longer than a page may."""
    return findings_in(source)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads commands with the runbook's values, and with stand-ins for names that have none."""

    values: Mapping[str, str]
    stand_ins: Mapping[str, str]
    findings: tuple[Finding, ...]
    is_too_long: bool

    @classmethod
    def of(cls, document: Runbook, findings: tuple[Finding, ...]) -> _Reader:
        values = {p.name: p.value for p in document.parameters if p.value}
        names = [p.name for p in document.parameters if not p.value]
        stand_ins = {name: f"unset-{name.lower().replace('_', '-')}" for name in names}
        return cls(values, STAND_INS | stand_ins, findings, is_too_long(document))

    def command(self, written: CommandText) -> CommandDrawing:
        if self.is_too_long:
            return CommandDrawing(written, effect="", reason=_TOO_LONG, instead="", findings=())
        read = shell.read(written.text, {**self.stand_ins, **self.values})
        return CommandDrawing(
            written=written,
            effect=read.effect.value if read.effect else "",
            reason=as_written(read.reason, self.stand_ins),
            instead=as_written(read.instead, self.stand_ins),
            findings=tuple(self._besides(written)),
        )

    def _besides(self, written: CommandText) -> Iterable[Finding]:
        """Notes, and why a command is not run, stand there already."""
        lines = range(written.span.first, written.span.last + 1)
        for finding in self.findings:
            is_told = finding.severity == "note" or finding.code == "gcloud-refuses"
            if finding.line in lines and not is_told:
                yield finding


def _phase(phase: Phase, reader: _Reader) -> PhaseDrawing:
    return PhaseDrawing(
        phase=phase,
        steps=tuple(_step(step, reader) for step in phase.steps),
        criteria=tuple(_step(step, reader) for step in phase.exit_criteria),
    )


def _step(step: Step, reader: _Reader) -> StepDrawing:
    return StepDrawing(
        step=step,
        commands=tuple(reader.command(written) for written in step.commands),
        steps=tuple(_step(child, reader) for child in step.steps),
    )


def _commands(phase: PhaseDrawing) -> Iterable[CommandDrawing]:
    for step in (*phase.steps, *phase.criteria):
        yield from step.commands
        for child in step.steps:
            yield from child.commands


def _source(document: Runbook, findings: Iterable[Finding]) -> Iterable[SourceLine]:
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        by_line.setdefault(finding.line, []).append(finding)
    text = document.source.decode("utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        yield SourceLine(number, line, tuple(by_line.get(number, ())))
