"""Log entries: read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Command, Effect, NotRunnable
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.log_filters import type_cautions
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_FRESHNESS = int(timedelta(days=1).total_seconds())
_LAST_DAY = "Only entries of the last 24 hours are read, as gcloud does; --freshness changes that."
_READ = Grammar(
    "logging read",
    operand="LOG_FILTER",
    operand_is_optional=True,
    pattern=r"(?s).{0,20000}",
    flags=(
        Flag("freshness", "duration"),
        Flag("limit", "integer"),
        Flag("order", "choice", choices=("asc", "desc")),
    ),
    schema="logging.v2.LogEntry",
)


@dataclass(frozen=True, slots=True)
class LogReading(Reading):
    """Entries that Google finds, newest first unless asked otherwise."""

    def cautions(self) -> tuple[Caution, ...]:
        return type_cautions(self.arguments.operand, self.as_gcloud())


def condition_at(arguments: Arguments, now: datetime) -> str:
    """The filter that is sent. As gcloud, it asks for recent entries only where the words say
    nothing of a time and the newest come first."""
    words = arguments.operand
    if not _adds_time(arguments):
        return words
    seconds = arguments.flag("freshness")
    age = timedelta(seconds=seconds if isinstance(seconds, int) else _FRESHNESS)
    recent = f'timestamp>="{(now - age).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}"'
    return f"{recent} AND {words}" if words else recent


def _adds_time(arguments: Arguments) -> bool:
    return arguments.text("order") != "asc" and "timestamp" not in arguments.operand


def _fetch(session: Session, arguments: Arguments) -> Json:
    order = "timestamp asc" if arguments.text("order") == "asc" else "timestamp desc"
    limit = arguments.flag("limit")
    return session.logs.entries(
        f"projects/{arguments.project}",
        condition_at(arguments, datetime.now(UTC)),
        order,
        limit if isinstance(limit, int) else 0,
    )


def _parse_read(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _READ)
    limit = arguments.flag("limit")
    if isinstance(limit, int) and limit < 1:
        raise NotRunnable(
            f"argument --limit: Value must be greater than or equal to 1; received: {limit}",
            gcloud_exit=2,
        )
    resource = f"projects/{arguments.project}/logs"
    is_silent = not _adds_time(arguments) or arguments.flag("freshness") is not None
    return LogReading(arguments, resource, _fetch, note="" if is_silent else _LAST_DAY)


KINDS = (
    CommandKind(
        f"gcloud {_READ.name}",
        Effect.READS,
        "Reads log entries that fit a filter, those of the last day unless told.",
        _parse_read,
    ),
)
