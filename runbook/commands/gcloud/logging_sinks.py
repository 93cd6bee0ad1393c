"""Log sinks: list, describe, create, delete."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from runbook.commands.base import (
    Caution,
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
    aside,
)
from runbook.commands.change_output import print_if_asked
from runbook.commands.changing import Changing, Resource, Undo, fingerprint_of, or_none
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.log_destinations import separate_destination, told_to_grant
from runbook.commands.log_filters import type_cautions
from runbook.commands.reading import Reading
from runbook.commands.sending import ended
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_GROUP = "logging sinks"
_SCHEMA = "logging.v2.LogSink"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_FIELDS = ("destination", "filter", "description", "disabled")

_LIST = Grammar(
    f"{_GROUP} list",
    is_list=True,
    has_pages=False,
    default_format="table(name,destination,filter)",
    schema=_SCHEMA,
)
_DESCRIBE = Grammar(f"{_GROUP} describe", operand="SINK_NAME", pattern=_NAME, schema=_SCHEMA)
_CREATE = Grammar(
    f"{_GROUP} create",
    operand="SINK_NAME",
    pattern=_NAME,
    flags=(
        Flag("description"),
        Flag("disabled", "boolean"),
        Flag("log-filter"),
        Flag("use-partitioned-tables", "boolean"),
    ),
    schema=_SCHEMA,
)
_DELETE = Grammar(f"{_GROUP} delete", operand="SINK_NAME", pattern=_NAME)


@dataclass(frozen=True, slots=True)
class SinkChange(Changing):
    """What creating and deleting share."""

    @property
    def resource(self) -> str:
        return sink_name(self.arguments)

    def read(self, session: Session) -> Resource | None:
        return or_none(partial(session.logs.sink, self.resource))

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {name: resource.get(name) for name in _FIELDS} if resource else {}

    def fingerprint(self, resource: Resource | None) -> str:
        return "" if resource is None else fingerprint_of(resource)


@dataclass(frozen=True, slots=True)
class SinkCreation(SinkChange):
    """`destination` takes the entries, "bigquery.googleapis.com/projects/P/datasets/D"."""

    destination: str

    def as_gcloud(self) -> str:
        words = shlex.split(self.arguments.as_gcloud())
        place = words.index(self.arguments.operand, len(_CREATE.name.split()) + 1) + 1
        return shlex.join([*words[:place], self.destination, *words[place:]])

    def cautions(self) -> tuple[Caution, ...]:
        return type_cautions(self.arguments.text("log-filter"), self.as_gcloud())

    def changed(self, before: Resource | None) -> Resource:  # noqa: ARG002 (made of the words alone)
        return self._body()

    def refusals(self, session: Session, before: Resource | None) -> tuple[str, ...]:  # noqa: ARG002 (asks nobody)
        return () if before is None else (f"Sink {self.arguments.operand} already exists.",)

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,  # noqa: ARG002 (made of the words alone)
        changes: Sequence[FieldChange],  # noqa: ARG002 (made of the words alone)
    ) -> tuple[str, ...]:
        found = ["Nothing arrives until the sink's writer is allowed to write to its destination."]
        if not self.arguments.text("log-filter"):
            found.append("Sink with empty filter matches all entries.")
        return tuple(found)

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (not needed)
        if before is not None:
            return Undo(why_not="There is nothing to undo.")
        name, project = self.arguments.operand, self.arguments.project
        return Undo(
            shlex.join(["gcloud", "logging", "sinks", "delete", name, f"--project={project}"])
        )

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (there is none)
        sink = session.logs.create_sink(f"projects/{self.project}", self._body())
        message, say = f"Created sink {self.arguments.operand}.", aside(emit)
        with ended(message):
            say(f"Created [https://logging.googleapis.com/v2/{self.resource}].")
            for line in told_to_grant(sink):
                say(line)
            print_if_asked(self.arguments, sink, emit)
        return Outcome("succeeded", message, sink)

    def _body(self) -> Resource:
        words = self.arguments
        body: Resource = {"name": words.operand, "destination": self.destination}
        for field, flag in (("filter", "log-filter"), ("description", "description")):
            if words.text(flag):
                body[field] = words.text(flag)
        if words.flag("disabled"):
            body["disabled"] = True
        if words.flag("use-partitioned-tables"):
            body["bigqueryOptions"] = {"usePartitionedTables": True}
        return body


@dataclass(frozen=True, slots=True)
class SinkDeletion(SinkChange):
    """Ends the export. What was exported stays."""

    @property
    def effect(self) -> Effect:
        return Effect.DESTROYS

    def changed(self, before: Resource | None) -> None:  # noqa: ARG002 (whatever it was)
        return None

    def refusals(self, session: Session, before: Resource | None) -> tuple[str, ...]:  # noqa: ARG002 (asks nobody)
        return () if before else (f"Sink {self.arguments.operand} does not exist.",)

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (always alike)
        why = "A sink that is created again has another writer, who has to be allowed anew."
        return Undo(why_not=f"{why} Entries in between are not exported.")

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (it goes)
        session.logs.delete_sink(self.resource)
        message = f"Deleted sink {self.arguments.operand}."
        with ended(message):
            aside(emit)(f"Deleted [https://logging.googleapis.com/v2/{self.resource}].")
        return Outcome("succeeded", message)


def sink_name(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/sinks/{arguments.operand}"


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.logs.sink(sink_name(arguments))


def _list(session: Session, arguments: Arguments) -> Json:
    """As gcloud lists them: an empty filter says so."""
    found = session.logs.sinks(f"projects/{arguments.project}")
    return [
        {**sink, "filter": sink.get("filter") or "(empty filter)"}
        for sink in found
        if isinstance(sink, dict)
    ]


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    return Reading(arguments, f"projects/{arguments.project}/sinks", _list)


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, sink_name(arguments), _describe)


def _parse_create(words: Sequence[str]) -> Command:
    rest, destination = separate_destination(words)
    try:
        arguments = read_arguments(rest, _CREATE)
    except NotRunnable as refusal:
        raise _with_destination(refusal, rest, words) from refusal
    if not destination:
        raise NotRunnable("argument DESTINATION: Must be specified.", gcloud_exit=2)
    return SinkCreation(arguments, destination)


def _with_destination(
    refusal: NotRunnable, rest: Sequence[str], words: Sequence[str]
) -> NotRunnable:
    """The same refusal; what to write instead has all the words that were written."""
    instead = refusal.instead.replace(shlex.join(rest), shlex.join(words))
    return NotRunnable(refusal.reason, instead, gcloud_exit=refusal.gcloud_exit)


def _parse_delete(words: Sequence[str]) -> Command:
    return SinkDeletion(read_arguments(words, _DELETE))


KINDS = (
    CommandKind(f"gcloud {_LIST.name}", Effect.READS, "Lists log sinks.", _parse_list),
    CommandKind(f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows a log sink.", _parse_describe),
    CommandKind(
        f"gcloud {_CREATE.name}",
        Effect.CHANGES,
        "Exports the log entries that fit a filter.",
        _parse_create,
    ),
    CommandKind(
        f"gcloud {_DELETE.name}", Effect.DESTROYS, "Ends an export of log entries.", _parse_delete
    ),
)
