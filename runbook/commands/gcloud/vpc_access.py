"""Serverless VPC Access connectors: describe, list, update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, Emit, FieldChange, Outcome, aside
from runbook.commands.changing import Changing, Resource, Undo, sent
from runbook.commands.flag_values import Flag
from runbook.commands.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_GROUP = "compute networks vpc-access connectors"
_LIST_FORMAT = (
    "table(name.basename():label=CONNECTOR_ID:sort=1,name.segment(3):label=REGION,network,"
    "ipCidrRange,subnet.name:label=SUBNET,subnet.projectId:label=SUBNET_PROJECT,machineType,"
    "minInstances,maxInstances,minThroughput,maxThroughput,state)"
)
_FIELDS = {
    "min-instances": "minInstances",
    "max-instances": "maxInstances",
    "machine-type": "machineType",
}
_MACHINE_TYPES = ("f1-micro", "e2-micro", "e2-standard-4")
_ONLY_UP = (
    "Connectors only scale up. Going back means to delete the connector and create it again, an "
    "outage for everything that reaches the network through it."
)
# Limits from gcloud's help of the update command.
_LEAST_MIN, _MOST_MIN, _LEAST_MAX, _MOST_MAX = 2, 9, 3, 10

_DESCRIBE = Grammar(f"{_GROUP} describe", operand="CONNECTOR", scope="region")
_LIST = Grammar(f"{_GROUP} list", scope="region", is_list=True, default_format=_LIST_FORMAT)
_UPDATE = Grammar(
    f"{_GROUP} update",
    operand="CONNECTOR",
    scope="region",
    flags=(
        Flag("min-instances", "integer"),
        Flag("max-instances", "integer"),
        Flag("machine-type"),
    ),
)


@dataclass(frozen=True, slots=True)
class ConnectorUpdate(Changing):
    """Scales a connector. Google only lets its limits grow."""

    @property
    def resource(self) -> str:
        return _connector_name(self.arguments)

    def read(self, session: Session) -> Resource:
        return session.vpc_access.connector(self.resource)

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), **self._body()}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {name: (resource or {}).get(name) for name in _FIELDS.values()}

    def refusals(self, session: Session, before: Resource | None) -> tuple[str, ...]:  # noqa: ARG002 (asks nobody)
        return _refusals(before or {}, self._body())

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
        body, say = self._body(), aside(emit)
        operation = session.vpc_access.patch_connector(self.resource, body, tuple(sorted(body)))
        with sent(operation.name):
            say(f"Update request issued for: [{self.arguments.operand}]")
            say(f"Waiting for operation [{operation.name}] to complete...")
            session.vpc_access.wait(operation, say)
        connector = session.vpc_access.connector(self.resource)
        say(f"Updated connector [{self.arguments.operand}].")
        emit(self.arguments.printed.print_one(connector).removesuffix("\n"))
        return Outcome("succeeded", f"Updated connector {self.arguments.operand}.", connector)

    def _body(self) -> dict[str, Json]:
        return {
            _FIELDS[flag]: value
            for flag, value in self.arguments.flags
            if isinstance(value, int | str)
        }


def _connector_name(arguments: Arguments) -> str:
    return f"{_parent(arguments)}/connectors/{arguments.operand}"


def _parent(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/locations/{arguments.region}"


def _refusals(before: dict[str, Json], body: dict[str, Json]) -> tuple[str, ...]:
    found: list[str] = []
    if not body:
        found.append("The command names nothing to change.")
    if before.get("state") in ("UPDATING", "DELETING"):
        found.append(f"The connector is {before['state']}; Google takes one change at a time.")
    if ("minInstances" in body) != ("maxInstances" in body):
        found.append("Google wants --min-instances and --max-instances together.")
    found += _limit_refusals(before, body)
    machine = body.get("machineType")
    if machine is not None and machine not in _MACHINE_TYPES:
        found.append(
            f"Google does not allow machine type {machine}, only {', '.join(_MACHINE_TYPES)}."
        )
    return tuple(found)


def _limit_refusals(before: dict[str, Json], body: dict[str, Json]) -> list[str]:
    found: list[str] = []
    limits = (
        ("minInstances", "--min-instances", _LEAST_MIN, _MOST_MIN),
        ("maxInstances", "--max-instances", _LEAST_MAX, _MOST_MAX),
    )
    for name, flag, least, most in limits:
        wanted, current = body.get(name), before.get(name)
        if not isinstance(wanted, int):
            continue
        if not least <= wanted <= most:
            found.append(f"{flag}={wanted} is outside of what Google allows: {least} to {most}.")
        if isinstance(current, int) and wanted < current:
            found.append(
                f"{flag}={wanted} is below the current {current}; connectors only scale up."
            )
    low, high = body.get("minInstances"), body.get("maxInstances")
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        found.append(f"--min-instances={low} must be below --max-instances={high}.")
    return found


def _warnings(before: dict[str, Json], changes: Sequence[FieldChange]) -> tuple[str, ...]:
    found: list[str] = []
    state = before.get("state")
    if not changes:
        found.append("The connector already has these values; nothing would change.")
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


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.vpc_access.connector(_connector_name(arguments))


def _list(session: Session, arguments: Arguments) -> Json:
    return session.vpc_access.connectors(_parent(arguments))


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, _connector_name(arguments), _describe)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    return Reading(arguments, f"{_parent(arguments)}/connectors", _list)


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
