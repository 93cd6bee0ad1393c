"""What commands that change a Compute Engine resource share: sending, waiting, gcloud's words."""

from __future__ import annotations

import shlex
from abc import ABC
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from runbook.cloud.compute_place import Place
from runbook.commands.base import Emit, Outcome, aside
from runbook.commands.changing import Changing, Resource, fingerprint_of
from runbook.commands.compute_reads import place_of
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.operations import Operation
    from runbook.cloud.sessions import Session

LINK = "https://www.googleapis.com/compute/v1"


@dataclass(frozen=True, slots=True)
class ComputeChange(Changing, ABC):
    """A change of one resource of `collection`, "healthChecks"."""

    collection: ClassVar[str]

    @property
    def place(self) -> Place:
        return place_of(self.arguments)

    @property
    def resource(self) -> str:
        return self.place.path(self.collection, self.arguments.operand)

    @property
    def link(self) -> str:
        """The resource as Google's other resources name it."""
        return f"{LINK}/{self.resource}"

    def read(self, session: Session) -> Resource | None:
        return self.found(session)

    def found(self, session: Session) -> Resource:
        return session.compute.get(self.collection, self.place, self.arguments.operand)

    def fingerprint(self, resource: Resource | None) -> str:
        """Google's own where it keeps one."""
        given = (resource or {}).get("fingerprint")
        return given if isinstance(given, str) else fingerprint_of(resource)

    def patch(
        self, session: Session, emit: Emit, found: Resource | None, body: Resource
    ) -> Outcome:
        """Merges `body` into what was found, in the name of its fingerprint."""
        given = (found or {}).get("fingerprint")
        operation = session.compute.patch(
            self.collection,
            self.place,
            self.arguments.operand,
            {**body, "fingerprint": given},
            session.request_id,
        )
        return self.updated(session, emit, operation)

    def updated(self, session: Session, emit: Emit, operation: Operation) -> Outcome:
        """The end of an update: gcloud prints the resource only when a format was asked for."""
        self.wait(session, emit, operation)
        message = f"Updated {self.arguments.operand}."
        with ended(message):
            aside(emit)(f"Updated [{self.link}].")
            found = self.read(session)
            self.show(emit, [found])
        return Outcome("succeeded", message, found)

    def unchanged(self, emit: Emit, found: Resource | None) -> Outcome:
        """What gcloud does where the resource already is as it is wanted: nothing."""
        name = self.arguments.operand
        aside(emit)(f"No change requested; skipping update for [{name}].")
        self.show(emit, [found])
        return Outcome("succeeded", f"{name} already is as wanted; nothing was sent.", found)

    def wait(self, session: Session, emit: Emit, operation: Operation) -> None:
        with sent(operation.name):
            session.compute.wait(self.place, operation, aside(emit))

    def show(self, emit: Emit, found: list[Json]) -> None:
        printed = self.arguments.printed.print_many(found) if self.arguments.format else ""
        if printed:
            emit(printed.removesuffix("\n"))


def written(arguments: Arguments, command: str, *flags: str) -> str:
    """Another command on the same resource, as one line."""
    words = ["gcloud", *command.split(), arguments.operand, *flags]
    words += [f"--region={arguments.region}"] if arguments.region else ["--global"]
    return shlex.join([*words, f"--project={arguments.project}"])
