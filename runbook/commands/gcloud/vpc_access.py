"""Serverless VPC Access connectors: describe, list, update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Command, Effect, Emit, FieldChange, Outcome, aside
from runbook.commands.changing import Changing, Resource, Undo
from runbook.commands.connector_rules import FIELDS, LEAST_MIN, scaling_of, update_cautions
from runbook.commands.connectors import GROUP, SCHEMA, busy, name_of, parent_of
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_LIST_FORMAT = (
    "table(name.basename():label=CONNECTOR_ID:sort=1,name.segment(3):label=REGION,network,"
    "ipCidrRange,subnet.name:label=SUBNET,subnet.projectId:label=SUBNET_PROJECT,machineType,"
    "minInstances,maxInstances,minThroughput,maxThroughput,state)"
)
_ONLY_UP = (
    "Connectors only scale up. Going back means to delete the connector and create it again, an "
    "outage for everything that reaches the network through it."
)

_DESCRIBE = Grammar(f"{GROUP} describe", operand="CONNECTOR", scope="region", schema=SCHEMA)
_LIST = Grammar(
    f"{GROUP} list", scope="region", is_list=True, default_format=_LIST_FORMAT, schema=SCHEMA
)
_UPDATE = Grammar(
    f"{GROUP} update",
    operand="CONNECTOR",
    scope="region",
    flags=(
        Flag("min-instances", "integer"),
        Flag("max-instances", "integer"),
        Flag("machine-type"),
    ),
    schema=SCHEMA,
)


@dataclass(frozen=True, slots=True)
class ConnectorUpdate(Changing):
    """Scales a connector. Google only lets its limits grow."""

    @property
    def resource(self) -> str:
        return name_of(self.arguments)

    def cautions(self) -> tuple[Caution, ...]:
        return update_cautions(self.arguments)

    def read(self, session: Session) -> Resource:
        return session.vpc_access.connector(self.resource)

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), **scaling_of(self.arguments)}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {name: (resource or {}).get(name) for name in FIELDS.values()}

    def busy(self, session: Session) -> str:
        return busy(session, self.resource)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        found = before or {}
        words = [] if scaling_of(self.arguments) else ["The command names nothing to change."]
        rules = [caution.message for caution in self.cautions()]
        return [*words, *_downward(found, self.arguments), *rules]

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,
        changes: Sequence[FieldChange],
    ) -> tuple[str, ...]:
        return _warnings(before or {}, changes)

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (never)
        return Undo(why_not=_ONLY_UP)

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        body, say = scaling_of(self.arguments), aside(emit)
        operation = session.vpc_access.patch_connector(self.resource, body, tuple(sorted(body)))
        with sent(operation.name):
            say(f"Update request issued for: [{self.arguments.operand}]")
            say(f"Waiting for operation [{operation.name}] to complete...")
            session.vpc_access.wait(operation, say)
        message = f"Updated connector {self.arguments.operand}."
        with ended(message):
            say(f"Updated connector [{self.arguments.operand}].")
            connector = session.vpc_access.connector(self.resource)
            emit(self.arguments.printed.print_one(connector).removesuffix("\n"))
        return Outcome("succeeded", message, connector)


def _downward(before: Resource, arguments: Arguments) -> list[str]:
    found: list[str] = []
    for flag in ("min-instances", "max-instances"):
        wanted, current = arguments.flag(flag), before.get(FIELDS[flag])
        if isinstance(wanted, int) and isinstance(current, int) and wanted < current:
            found.append(
                f"--{flag}={wanted} is below the current {current}; connectors only scale up."
            )
    return found


def _warnings(before: Resource, changes: Sequence[FieldChange]) -> tuple[str, ...]:
    found: list[str] = []
    state = before.get("state")
    if not changes:
        found.append("The connector already has these values; nothing would change.")
    found += _below_least(before, changes)
    if state == "ERROR":
        found.append("The connector's state is ERROR: Google recommends to delete it by hand.")
    elif state != "READY":
        found.append(f"The connector's state is {state}, not READY.")
    if any(change.path == "machineType" for change in changes):
        found.append(
            "Another machine type replaces every instance of the connector; connections through it "
            "break while that goes on."
        )
    return tuple(found)


def _below_least(before: Resource, changes: Sequence[FieldChange]) -> list[str]:
    least = before.get("minInstances")
    is_raised = any(change.path == "minInstances" for change in changes)
    if not isinstance(least, int) or least >= LEAST_MIN or is_raised:
        return []
    few = f"The connector has at least {least} instance, fewer than Google allows today"
    return [f"{few}: it may refuse this without --min-instances={LEAST_MIN} and --max-instances."]


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.vpc_access.connector(name_of(arguments))


def _list(session: Session, arguments: Arguments) -> Json:
    return session.vpc_access.connectors(parent_of(arguments))


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, name_of(arguments), _describe)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    return Reading(arguments, f"{parent_of(arguments)}/connectors", _list)


def _parse_update(words: Sequence[str]) -> Command:
    return ConnectorUpdate(read_arguments(words, _UPDATE))


KINDS = (
    CommandKind(f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows one connector.", _parse_describe),
    CommandKind(f"gcloud {_LIST.name}", Effect.READS, "Lists a region's connectors.", _parse_list),
    CommandKind(
        f"gcloud {_UPDATE.name}",
        Effect.CHANGES,
        "Raises the limits of a connector or changes its machine type.",
        _parse_update,
    ),
)
