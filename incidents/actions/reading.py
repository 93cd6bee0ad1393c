"""A step's commands as one incident has them: read with its parameters, as columns of their rows.

Declaring, changing a parameter, editing a command and taking in a newer revision all come here, so
that a text means the same whichever way it came into the incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypedDict

from incidents.models import Environment
from incidents.redacting import redactor_with, shown_as, split_secrets
from incidents.targets import programs_of, target_of
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.commands.base import Line
from runbook.commands.programs import Program
from runbook.document.definition import CommandText, Step
from runbook.document.parameters import fill


class TextColumns(TypedDict):
    """The columns of `StepCommand` that follow from a text alone."""

    text: str
    shown_as: str
    effect: str
    resource: str
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One row's worth of a command. `template` is its text in the document, parameters open."""

    template: str
    columns: TextColumns
    label: str
    example: str
    checks: list[dict[str, Any]]  # Any: JSON
    timeout: int | None


@dataclass(frozen=True, slots=True)
class Reader:
    """`values` fill the parameters, those whose name says secret included; what is only shown gets
    `shown`, where these stand hidden."""

    values: Mapping[str, str]
    target: Target
    programs: Sequence[Program]
    secrets: Mapping[str, str]
    patterns: Sequence[str]

    @classmethod
    def of(cls, environment: Environment, values: Mapping[str, str]) -> Self:
        _, secrets = split_secrets(values)
        target, programs = target_of(environment), programs_of(environment)
        return cls(values, target, programs, secrets, environment.redact)

    def commands(self, step: Step) -> list[Reading]:
        """One for each line that can be run, or one that is shown with the reason why not."""
        return [
            Reading(
                template=written.text,
                columns=columns,
                label=written.label[:300],
                example=written.example,
                checks=self._checks(written),
                timeout=step.attributes.timeout if columns["effect"] else None,
            )
            for written in step.commands
            for columns in self.lines(written.text)
        ]

    def lines(self, text: str) -> Iterator[TextColumns]:
        read = shell.read(text, self.values, self.programs)
        for line in read.lines:
            yield self._runnable(line)
        if not read.lines:
            filled = fill(text, self.values)
            yield TextColumns(
                text=filled,
                shown_as=self.shown(filled),
                effect="",
                resource="",
                reason=self._redacted(read.reason),
                instead=self._redacted(fill(read.instead, self.values)),
            )

    def _runnable(self, line: Line) -> TextColumns:
        outside = line.command.outside(self.target)
        return TextColumns(
            text=line.text,
            shown_as=self.shown(line.text),
            effect="" if outside else line.command.effect.value,
            resource=self._redacted(line.command.resource)[:300],
            reason=self._redacted(outside),
            instead="",
        )

    def _checks(self, written: CommandText) -> list[dict[str, Any]]:  # Any: JSON
        """Secrets stay named; `compare` fills them in."""
        open_values = {name: v for name, v in self.values.items() if name not in self.secrets}
        return [
            {"expression": fill(c.expression, open_values), "level": c.level, "line": c.line}
            for c in written.checks
        ]

    def shown(self, text: str) -> str:
        return shown_as(text, self.secrets, self.patterns)

    def _redacted(self, text: str) -> str:
        return redactor_with(self.secrets, self.patterns).text(text)
