"""Serverless VPC Access connectors: describe, list, update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import Command, Effect, Emit, FieldChange, Outcome, Plan, Probe
from runbook.commands.changing import compare, difference, fingerprint_of, moved, sent
from runbook.commands.flag_values import Flag
from runbook.commands.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.commands.sentences import outcome_of
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
class ConnectorUpdate:
    """Scales a connector. Google only lets its limits grow."""

    arguments: Arguments

    @property
    def name(self) -> str:
        return self.arguments.name

    @property
    def effect(self) -> Effect:
        return Effect.CHANGES

    @property
    def resource(self) -> str:
        return _connector_name(self.arguments)

    @property
    def project(self) -> str:
        return self.arguments.project

    def as_gcloud(self) -> str:
        return self.arguments.as_gcloud()

    def plan(self, session: Session) -> Plan:
        before = session.vpc_access.connector(self.resource)
        after = {**before, **self._body()}
        changes = difference(_fields_of(before), _fields_of(after))
        return Plan(
            resource=self.resource,
            before=before,
            after=after,
            changes=changes,
            fingerprint=fingerprint_of(before),
            warnings=_warnings(before, changes),
            refusals=_refusals(before, self._body()),
            why_no_undo=(
                "Connectors only scale up. Going back means to delete the connector and create it "
                "again, an outage for everything that reaches the network through it."
            ),
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        if plan is None:
            return Outcome("failed", "Changes need an approved plan; nothing was sent.")
        try:
            found = session.vpc_access.connector(self.resource)
            reason = moved(plan, fingerprint_of(found), found)
            if reason:
                return Outcome("failed", reason, found)
            return self._send(session, emit)
        except CloudError as error:
            return outcome_of(error, self.resource)

    def _send(self, session: Session, emit: Emit) -> Outcome:
        body = self._body()
        operation = session.vpc_access.patch_connector(self.resource, body, tuple(sorted(body)))
        with sent(operation.name):
            emit(f"Update request issued for: [{self.arguments.operand}]")
            emit(f"Waiting for operation [{operation.name}] to complete...")
            session.vpc_access.wait(operation, emit)
        found = session.vpc_access.connector(self.resource)
        emit(f"Updated connector [{self.arguments.operand}].")
        emit(self.arguments.printed.print_one(found).rstrip("\n"))
        return Outcome("succeeded", f"Updated connector {self.arguments.operand}.", found)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = session.vpc_access.connector(self.resource)
        return compare(plan, _fields_of(found), found)

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:
        return self.verify(session, plan)

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


def _fields_of(connector: dict[str, Json]) -> dict[str, Json]:
    return {name: connector.get(name) for name in _FIELDS.values()}


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
