"""Health checks of load balancers: update, one command for each protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from runbook.cloud.errors import CloudError
from runbook.commands.base import Caution, Command, Effect, Emit, FieldChange, Outcome
from runbook.commands.changing import Resource, Undo
from runbook.commands.compute_changes import ComputeChange, written
from runbook.commands.compute_serverless import is_serverless
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.health_check_fields import (
    INNER,
    TOP,
    block_of,
    check_values,
    fields_of,
    sent_of,
    updated,
)
from runbook.commands.health_check_strictness import stricter
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_PROTOCOLS = ("http", "http2", "https", "ssl", "tcp")
_OF_HTTP = (
    Flag("host", pattern=r"[A-Za-z0-9.:-]*"),
    Flag("request-path", pattern=r"/[\x21-\x7e]{0,2047}"),
)
_DURATIONS = ("check-interval", "timeout")


def _grammar(protocol: str) -> Grammar:
    return Grammar(
        f"compute health-checks update {protocol}",
        operand="HEALTH_CHECK",
        scope="global or region",
        flags=(
            *(Flag(name, "duration" if name in _DURATIONS else "integer") for name in TOP),
            Flag("port", "integer"),
            Flag("description", pattern=r"[^\x00-\x1f]{0,2048}"),
            *(_OF_HTTP if protocol.startswith("http") else ()),
        ),
        schema="compute.v1.HealthCheck",
    )


@dataclass(frozen=True, slots=True)
class HealthCheckUpdate(ComputeChange):
    """Changes how often and how long a load balancer asks a back end, and for what."""

    collection: ClassVar[str] = "healthChecks"

    @property
    def protocol(self) -> str:
        return self.name.rpartition(" ")[2]

    def cautions(self) -> tuple[Caution, ...]:
        timeout, interval = (self.arguments.flag(name) for name in ("timeout", "check-interval"))
        if not isinstance(timeout, int) or not isinstance(interval, int) or timeout <= interval:
            return ()
        flags = (f"--check-interval={timeout}s", f"--timeout={timeout}s")
        line = written(self.arguments, self.name, *flags, *self._other_flags())
        return (Caution("timeout-above-interval", _too_long(timeout, interval), line),)

    def changed(self, before: Resource | None) -> Resource:
        return updated(before or {}, self.arguments, self.protocol)

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return fields_of(resource, self.protocol)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        kind = str(get(before, ("type",)))
        if kind != self.protocol.upper():
            return [
                f"update {self.protocol} subcommand applied to health check with protocol {kind}"
            ]
        after = self.changed(before)
        timeout, interval = after.get("timeoutSec"), after.get("checkIntervalSec")
        if isinstance(timeout, int) and isinstance(interval, int) and timeout > interval:
            return [_too_long(timeout, interval)]
        return []

    def warnings(
        self,
        session: Session,
        before: Resource | None,  # noqa: ARG002 (only who uses it counts)
        changes: Sequence[FieldChange],
    ) -> list[str]:
        found = stricter(changes) if changes else ["The health check already has these values."]
        try:
            users = self._serverless_users(session)
        except CloudError as error:
            return [*found, f"Which services use this check could not be read: {error.message}"]
        return found + [
            f"The backend service {name} leads to a serverless back end, which Google never "
            "checks: this changes nothing for it."
            for name in users
        ]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (each has its own)
        if not changes:
            return Undo(why_not="Nothing would change.")
        flags = [_flag_back(change, self.protocol) for change in changes]
        if "" in flags:
            return Undo(why_not="No flag of gcloud puts the port's former name back.")
        return Undo(written(self.arguments, self.name, *flags))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        """Sends the whole check even when nothing differs, as gcloud does."""
        after = self.changed(found)
        operation = session.compute.update(
            self.collection,
            self.place,
            self.arguments.operand,
            sent_of(after),
            session.request_id,
        )
        return self.updated(session, emit, operation)

    def _other_flags(self) -> list[str]:
        """The flags besides the two durations, as they were given."""
        given = ((name, value) for name, value in self.arguments.flags if name not in _DURATIONS)
        return [f"--{name}={value}" for name, value in given]

    def _serverless_users(self, session: Session) -> list[str]:
        services = session.compute.lists.everywhere("backendServices", self.project)
        users = [one for one in services if self.link in _links(one)]
        return [str(get(user, ("name",))) for user in users if is_serverless(session, user)]


def _too_long(timeout: int, interval: int) -> str:
    return (
        f"The timeout ({timeout} s) must not be above the check interval ({interval} s): "
        "Google refuses it."
    )


def _links(service: Json) -> list[Json]:
    links = get(service, ("healthChecks",))
    return links if isinstance(links, list) else []


def _flag_back(change: FieldChange, protocol: str) -> str:
    """The flag that gives a field its former value, or "" where there is none."""
    named = {field: flag for flag, field in TOP.items()} | {"description": "description"}
    named |= {f"{block_of(protocol)}.{field}": flag for flag, field in INNER.items()}
    flag = named.get(change.path, "")
    before = "" if change.before is None else change.before
    is_number = flag in (*TOP, "port", "request-path")
    return "" if not flag or (is_number and before == "") else f"--{flag}={before}"


def _parse(grammar: Grammar, words: Sequence[str]) -> Command:
    arguments = read_arguments(words, grammar)
    check_values(arguments)
    return HealthCheckUpdate(arguments)


KINDS = tuple(
    CommandKind(
        f"gcloud {grammar.name}",
        Effect.CHANGES,
        f"Changes a health check of protocol {grammar.name.rpartition(' ')[2].upper()}.",
        partial(_parse, grammar),
    )
    for grammar in map(_grammar, _PROTOCOLS)
)
