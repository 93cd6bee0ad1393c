"""The words of a gcloud command taken apart without a grammar, for rules about several commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runbook.lint.document import Document
from runbook.lint.shell_text import Stage, Statement


@dataclass(frozen=True, slots=True)
class GcloudWords:
    """`path` holds the command's words and its operands, `flags` the last value of each, "" for
    a flag without one."""

    statement: Statement
    path: tuple[str, ...]
    flags: dict[str, str]

    @property
    def line(self) -> int:
        return self.statement.line

    def begins(self, command: str) -> bool:
        words = tuple(command.split())
        return self.path[: len(words)] == words

    def operand(self, command: str) -> str:
        """The first word behind the command, or ""."""
        return next(iter(self.path[len(command.split()) :]), "")


def gcloud_commands(document: Document) -> Iterator[GcloudWords]:
    """Every gcloud command of the document, runnable or not, in order."""
    for statement in document.statements:
        for stage in statement.stages:
            if stage.program == "gcloud":
                yield taken_apart(stage, statement)


def taken_apart(stage: Stage, statement: Statement) -> GcloudWords:
    path: list[str] = []
    flags: dict[str, str] = {}
    rest = list(stage.command[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            path.append(word)
            continue
        name, has_value, value = word.lstrip("-").partition("=")
        if not has_value and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        flags[name] = value
    return GcloudWords(statement, tuple(path), flags)
