"""A step's commands as one incident has them: read with its parameters, as columns of their rows.

Declaring, changing a parameter, editing a command and taking in a newer revision all come here, so
that a text means the same whichever way it came into the incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypedDict

from incidents.models import Environment
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
    """`values` fill the parameters, those whose name says secret included."""

    values: Mapping[str, str]
    target: Target
    programs: Sequence[Program]

    @classmethod
    def of(cls, environment: Environment, values: Mapping[str, str]) -> Self:
        return cls(values, target_of(environment), programs_of(environment))

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
            yield TextColumns(
                text=fill(text, self.values),
                effect="",
                resource="",
                reason=read.reason,
                instead=fill(read.instead, self.values),
            )

    def _runnable(self, line: Line) -> TextColumns:
        outside = line.command.outside(self.target)
        return TextColumns(
            text=line.text,
            effect="" if outside else line.command.effect.value,
            resource=line.command.resource[:300],
            reason=outside,
            instead="",
        )

    def _checks(self, written: CommandText) -> list[dict[str, Any]]:  # Any: JSON
        return [
            {"expression": fill(c.expression, self.values), "level": c.level, "line": c.line}
            for c in written.checks
        ]
