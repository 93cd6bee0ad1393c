"""Projects: describe."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_DESCRIBE = Grammar(
    "projects describe",
    operand="PROJECT_ID_OR_NUMBER",
    pattern=r"(?:[a-z][a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]",
    schema="cloudresourcemanager.v1.Project",
)


@dataclass(frozen=True, slots=True)
class ProjectReading(Reading):
    """The project is the operand, so the flag that would name it is not written."""

    def as_gcloud(self) -> str:
        flag = f"--project={self.arguments.project}"
        words = shlex.split(self.arguments.as_gcloud())
        return shlex.join([word for word in words if word != flag])


def _fetch(session: Session, arguments: Arguments) -> Json:
    return session.projects.project(arguments.operand)


def _parse_describe(words: Sequence[str]) -> Command:
    """Words may name the project a second time, as every command of gcloud can."""
    named = [word for word in words[:1] if not word.startswith("-")]
    is_named_again = any(word.partition("=")[0] == "--project" for word in words)
    added = [f"--project={name}" for name in named if not is_named_again]
    arguments = read_arguments([*words, *added], _DESCRIBE)
    if arguments.project != arguments.operand:
        raise NotRunnable(f"The command names two projects: {arguments.operand} is described.")
    return ProjectReading(arguments, f"projects/{arguments.operand}", _fetch)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows the project: its number, state and labels.",
        _parse_describe,
    ),
)
