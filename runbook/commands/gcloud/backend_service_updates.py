"""Backend services of load balancers: update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from runbook.commands.base import Command, Effect, Emit, FieldChange, NotRunnable, Outcome
from runbook.commands.changing import Resource, Undo
from runbook.commands.compute_changes import ComputeChange, written
from runbook.commands.compute_serverless import is_serverless
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_UPDATE = Grammar(
    "compute backend-services update",
    operand="BACKEND_SERVICE_NAME",
    scope="global or region",
    must_choose_scope=True,
    flags=(Flag("connection-draining-timeout", "duration"), Flag("timeout", "duration")),
    schema="compute.v1.BackendService",
)
_LONGEST_DRAINING = 3600
_SERVERLESS = (
    "Timeout sec is not supported for a backend service with Serverless network endpoint groups: "
    "Google refuses it. The service behind it has a time-out of its own: "
    "gcloud run services update SERVICE --timeout=SECONDS --region=REGION --project=PROJECT"
)


@dataclass(frozen=True, slots=True)
class BackendServiceUpdate(ComputeChange):
    """Changes how long a load balancer waits for its back ends."""

    collection: ClassVar[str] = "backendServices"

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), **self._body()}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        draining = ("connectionDraining", "drainingTimeoutSec")
        return {
            "timeoutSec": get(resource, ("timeoutSec",)),
            ".".join(draining): get(resource, draining),
        }

    def refusals(self, session: Session, before: Resource | None) -> list[str]:
        body = self._body()
        changes_timeout = body.get("timeoutSec") not in (None, (before or {}).get("timeoutSec"))
        return [_SERVERLESS] if changes_timeout and is_serverless(session, before) else []

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,  # noqa: ARG002 (the changes hold it)
        changes: Sequence[FieldChange],
    ) -> list[str]:
        if not changes:
            return ["The backend service already has these values."]
        shorter = [
            f"Requests that take longer than {change.after} s will be cut off; so far it was "
            f"{change.before} s."
            for change in changes
            if change.path == "timeoutSec" and _is_less(change.after, change.before)
        ]
        return [*shorter, "The load balancer takes some minutes to follow everywhere."]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (the changes hold it)
        if not changes:
            return Undo(why_not="Nothing would change.")
        if any(change.path == "timeoutSec" and not change.before for change in changes):
            return Undo(why_not="There was no time-out before, and gcloud has no flag for that.")
        flags = [
            f"--{'timeout' if change.path == 'timeoutSec' else 'connection-draining-timeout'}"
            f"={change.before or 0}s"
            for change in changes
        ]
        return Undo(written(self.arguments, self.name, *flags))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        if self.changed(found) == found:
            return self.unchanged(emit, found)
        return self.patch(session, emit, found, self._body())

    def _body(self) -> Resource:
        """gcloud passes over a time-out of 0."""
        timeout, draining = map(self.arguments.flag, ("timeout", "connection-draining-timeout"))
        body: Resource = {}
        if isinstance(timeout, int) and timeout:
            body["timeoutSec"] = timeout
        if isinstance(draining, int):
            body["connectionDraining"] = {"drainingTimeoutSec": draining}
        return body


def _is_less(one: Json, other: Json) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other


def _parse_update(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _UPDATE)
    if not arguments.flags:
        raise NotRunnable("At least one property must be modified.", gcloud_exit=1)
    draining = arguments.flag("connection-draining-timeout")
    if isinstance(draining, int) and draining > _LONGEST_DRAINING:
        raise NotRunnable(
            "argument --connection-draining-timeout: value must be less than or equal to 1h; "
            f"received: {draining}s",
            gcloud_exit=2,
        )
    return BackendServiceUpdate(arguments)


KINDS = (
    CommandKind(
        f"gcloud {_UPDATE.name}",
        Effect.CHANGES,
        "Changes the time-outs of a backend service.",
        _parse_update,
    ),
)
