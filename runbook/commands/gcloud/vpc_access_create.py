"""Serverless VPC Access connectors: create."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Command, Effect, Emit, FieldChange, Outcome, aside
from runbook.commands.change_output import print_if_asked
from runbook.commands.changing import Changing, Resource, Undo, or_none
from runbook.commands.connector_neighbours import unfit_subnet
from runbook.commands.connector_rules import create_cautions, scaling_of
from runbook.commands.connectors import GROUP, SCHEMA, busy, name_of, parent_of
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get, parse_key
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_PROJECT = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"
_NAME = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
# What gcloud sends where nothing is given.
_LEAST, _MOST, _NETWORK = 2, 10, "default"
_PATHS = (
    "network",
    "ipCidrRange",
    "subnet.name",
    "subnet.projectId",
    "minInstances",
    "maxInstances",
    "machineType",
    "state",
)
_CREATE = Grammar(
    f"{GROUP} create",
    operand="CONNECTOR",
    scope="region",
    flags=(
        Flag("network", pattern=_NAME),
        Flag("range", pattern=r"[0-9./]{1,18}"),
        Flag("subnet", pattern=_NAME),
        Flag("subnet-project", pattern=_PROJECT),
        Flag("min-instances", "integer"),
        Flag("max-instances", "integer"),
        Flag("machine-type", pattern=r"[a-z0-9-]{1,60}"),
    ),
    exclusive=(
        ("network", "subnet"),
        ("network", "subnet-project"),
        ("range", "subnet"),
        ("range", "subnet-project"),
    ),
    schema=SCHEMA,
)


@dataclass(frozen=True, slots=True)
class ConnectorCreate(Changing):
    """Makes a connector where there is none of its name."""

    @property
    def resource(self) -> str:
        return name_of(self.arguments)

    def cautions(self) -> tuple[Caution, ...]:
        return create_cautions(self.arguments)

    def read(self, session: Session) -> Resource | None:
        return or_none(lambda: session.vpc_access.connector(self.resource))

    def changed(self, before: Resource | None) -> Resource:
        return before or {"name": self.resource, **_body(self.arguments), "state": "READY"}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        found = {path: get(resource, parse_key(path)) for path in _PATHS}
        return {path: value for path, value in found.items() if value is not None}

    def busy(self, session: Session) -> str:
        return busy(session, self.resource)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        rules = [caution.message for caution in self.cautions()]
        return [*_in_the_way(before, self.arguments), *rules]

    def warnings(
        self,
        session: Session,
        before: Resource | None,  # noqa: ARG002 (the words alone)
        changes: Sequence[FieldChange],  # noqa: ARG002 (the words alone)
    ) -> list[str]:
        return unfit_subnet(session, self.arguments)

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (not needed)
        """Never the deletion of a connector that this command would not have made."""
        if before is not None:
            return Undo(why_not="There is nothing to undo.")
        return Undo(_deleting(self.arguments))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        name, say = self.arguments.operand, aside(emit)
        parent, body = parent_of(self.arguments), _body(self.arguments)
        operation = session.vpc_access.create_connector(parent, name, body)
        with sent(operation.name):
            say(f"Create request issued for: [{name}]")
            say(f"Waiting for operation [{operation.name}] to complete...")
            session.vpc_access.wait(operation, say)
        message = f"Created connector {name}."
        with ended(message):
            say(f"Created connector [{name}].")
            connector = session.vpc_access.connector(self.resource)
            print_if_asked(self.arguments, connector, emit)
        return Outcome("succeeded", message, connector)


def _body(arguments: Arguments) -> Resource:
    limits: Resource = {"minInstances": _LEAST, "maxInstances": _MOST}
    return {**limits, **scaling_of(arguments), **_place(arguments)}


def _place(arguments: Arguments) -> Resource:
    if not arguments.text("subnet"):
        network = arguments.text("network") or _NETWORK
        addresses = arguments.text("range")
        return {"network": network, **({"ipCidrRange": addresses} if addresses else {})}
    host = arguments.text("subnet-project")
    subnet: Resource = {"name": arguments.text("subnet"), **({"projectId": host} if host else {})}
    return {"subnet": subnet}


def _in_the_way(before: Resource | None, arguments: Arguments) -> list[str]:
    if before is None:
        return []
    name = arguments.operand
    if before.get("state") != "ERROR":
        there = f"The connector {name} exists already and is {before.get('state')}."
        first = f"Only where it has to be replaced, write this first: {_deleting(arguments)}"
        return [f"{there} {first}"]
    failed = f"A connector {name} exists and has failed; Google recommends to delete it by hand."
    return [f"{failed} Write this first: {_deleting(arguments)}"]


def _deleting(arguments: Arguments) -> str:
    place = f"--region={arguments.region} --project={arguments.project}"
    return f"gcloud {GROUP} delete {arguments.operand} {place}"


def _parse_create(words: Sequence[str]) -> Command:
    return ConnectorCreate(read_arguments(words, _CREATE))


KINDS = (
    CommandKind(
        f"gcloud {_CREATE.name}",
        Effect.CHANGES,
        "Makes a connector in a /28 range or subnet of its own.",
        _parse_create,
    ),
)
