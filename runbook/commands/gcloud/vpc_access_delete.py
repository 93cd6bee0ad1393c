"""Serverless VPC Access connectors: delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, Emit, FieldChange, Outcome, aside
from runbook.commands.changing import Changing, Resource, Undo, or_none
from runbook.commands.connector_neighbours import users
from runbook.commands.connector_rules import LEAST_MIN
from runbook.commands.connectors import GROUP, SCHEMA, busy, creating, name_of
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_DELETE = Grammar(
    f"{GROUP} delete",
    operand="CONNECTOR",
    scope="region",
    schema=SCHEMA,
)
_SHOWN = (
    "name",
    "network",
    "ipCidrRange",
    "subnet",
    "minInstances",
    "maxInstances",
    "machineType",
)
_OUTAGE = (
    "An outage: until the connector is made again, every service and function that reaches the "
    "network through it loses databases and caches behind it."
)


@dataclass(frozen=True, slots=True)
class ConnectorDelete(Changing):
    """Removes a connector. What made it can be written down, so it can be made again."""

    @property
    def effect(self) -> Effect:
        return Effect.DESTROYS

    @property
    def resource(self) -> str:
        return name_of(self.arguments)

    def read(self, session: Session) -> Resource | None:
        return or_none(lambda: session.vpc_access.connector(self.resource))

    def changed(self, before: Resource | None) -> None:  # noqa: ARG002 (whatever it was)
        return None

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {name: value for name, value in (resource or {}).items() if name in _SHOWN}

    def busy(self, session: Session) -> str:
        return busy(session, self.resource)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        if before is None:
            return [f"There is no connector {self.arguments.operand} in {self.arguments.region}."]
        return []

    def warnings(
        self,
        session: Session,
        before: Resource | None,
        changes: Sequence[FieldChange],  # noqa: ARG002 (all of it goes)
    ) -> list[str]:
        if before is None:
            return []
        return [_OUTAGE, *users(session, self.arguments), *_projects(before), *_remade(before)]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (not needed)
        if before is None:
            return Undo(why_not="There is nothing to undo.")
        words = self.arguments
        return Undo(
            creating(before, name=words.operand, region=words.region, project=words.project)
        )

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        name, say = self.arguments.operand, aside(emit)
        operation = session.vpc_access.delete_connector(self.resource)
        with sent(operation.name):
            say(f"Delete request issued for: [{name}]")
            say(f"Waiting for operation [{operation.name}] to complete...")
            session.vpc_access.wait(operation, say)
        message = f"Deleted connector {name}."
        with ended(message):
            say(f"Deleted connector [{name}].")
        return Outcome("succeeded", message)


def _projects(before: Resource) -> list[str]:
    projects = before.get("connectedProjects")
    if not isinstance(projects, list) or not projects:
        return []
    return [f"Projects that use it: {', '.join(map(str, projects))}."]


def _remade(before: Resource) -> list[str]:
    least = before.get("minInstances")
    if not isinstance(least, int) or least >= LEAST_MIN:
        return []
    return [f"It has at least {least} instance; made again, it has {LEAST_MIN}, Google's least."]


def _parse_delete(words: Sequence[str]) -> Command:
    return ConnectorDelete(read_arguments(words, _DELETE))


KINDS = (
    CommandKind(
        f"gcloud {_DELETE.name}",
        Effect.DESTROYS,
        "Removes a connector; whatever reaches the network through it is cut off.",
        _parse_delete,
    ),
)
