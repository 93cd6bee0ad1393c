"""What commands that change a resource share: plan, frame of an execution, looking afterwards.

A command is a subclass of `Changing`; it says how its resource is read, what the resource will be,
and how the change is sent. Everything that must be alike for all of them is here.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.beside import attentive
from runbook.cloud.errors import CloudError
from runbook.commands import belonging
from runbook.commands.base import (
    Caution,
    Effect,
    Emit,
    FieldChange,
    Outcome,
    Plan,
    Probe,
)
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get
from runbook.commands.sending import Ended
from runbook.commands.sentences import outcome_of
from runbook.commands.unfinished import refused_while, warned_of
from runbook.document.definition import Json
from runbook.redaction.redactor import Redactor

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target

Resource = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Undo:
    """The gcloud text that takes a change back, or "" and the sentence why there is none."""

    text: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Changing(ABC):
    """A command that changes one resource. Subclasses are frozen dataclasses with slots."""

    arguments: Arguments

    @property
    def name(self) -> str:
        return self.arguments.name

    @property
    def effect(self) -> Effect:
        return Effect.CHANGES

    @property
    @abstractmethod
    def resource(self) -> str:
        """The full name of what is changed."""

    @property
    def project(self) -> str:
        return self.arguments.project

    def as_gcloud(self) -> str:
        return self.arguments.as_gcloud()

    def outside(self, target: Target) -> str:
        return belonging.outside(self.project, self.resource, target)

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    @abstractmethod
    def read(self, session: Session) -> Resource | None:
        """The resource as it is. None where it does not exist and that is in order: what creates
        it wraps its read in `or_none`. Raises `CloudError`."""

    @abstractmethod
    def changed(self, before: Resource | None) -> Resource | None:
        """The resource as it will be; None once it is deleted."""

    @abstractmethod
    def fields(self, resource: Resource | None) -> Mapping[str, Json]:
        """The fields that this command can change, by the path people read; {} for None.

        They are compared before, after and once more when a person asks whether the change took
        effect, so they hold nothing that Google fills in or counts up by itself.
        """

    @abstractmethod
    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        """Asks Google once and waits for the end. Raises `CloudError`; what follows the request
        that Google took stands inside `with sent(operation)`, what follows its good end inside
        `with ended(message)`."""

    def fingerprint(self, resource: Resource | None) -> str:
        return fingerprint_of(resource)

    def busy(self, session: Session) -> str:  # noqa: ARG002 (for subclasses)
        """What Google is still doing with the resource, in words of `unfinished.under_way`, or "".
        Reads only. Nothing is sent meanwhile: this stands in for the request id that an API does
        not take, after a lost reply too."""
        return ""

    def refusals(self, session: Session, before: Resource | None) -> Sequence[str]:  # noqa: ARG002 (for subclasses)
        """Rules of the API that this change breaks. Reads only."""
        return ()

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (for subclasses)
        before: Resource | None,  # noqa: ARG002 (for subclasses)
        changes: Sequence[FieldChange],  # noqa: ARG002 (for subclasses)
    ) -> Sequence[str]:
        """What the change costs. Reads only."""
        return ()

    @abstractmethod
    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo: ...

    def plan(self, session: Session) -> Plan:
        before = self.read(session)
        after = self.changed(before)
        changes = difference(self.fields(before), self.fields(after))
        undo = self.undo_of(before, changes)
        return Plan(
            resource=self.resource,
            before=before,
            after=after,
            changes=changes,
            fingerprint=self.fingerprint(before),
            warnings=(
                *warned_of(self.busy(session)),
                *self.warnings(session, before, changes),
            ),
            refusals=tuple(self.refusals(session, before)),
            undo=undo.text,
            why_no_undo=undo.why_not,
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        if plan is None:
            return Outcome("failed", "Changes need an approved plan; nothing was sent.")
        try:
            # Asked before the resource is read: what ends in between is seen in the resource.
            busy = attentive(lambda: self.busy(session))
            found = attentive(lambda: self.read(session))
            reason = refused_while(busy) or moved(plan, self.fingerprint(found), found)
            if reason:
                return Outcome("failed", reason, found)
            return self.send(session, emit, found)
        except Ended as end:
            return Outcome("succeeded", str(end))
        except CloudError as error:
            return outcome_of(error, self.resource)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = self.read(session)
        return compare(plan, self.fields(found), found)

    def probe(self, session: Session, plan: Plan) -> Probe:
        return self.verify(session, plan)

    def undo(self, plan: Plan) -> str:
        return plan.undo


def or_none(read: Callable[[], Resource]) -> Resource | None:
    """What `read` gives, or None where Google says that there is no such thing."""
    try:
        return read()
    except CloudError as error:
        if error.kind == "NOT_FOUND":
            return None
        raise


def fingerprint_of(resource: Json) -> str:
    """SHA-256 over the whole resource, for APIs that give none."""
    text = json.dumps(resource, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """The fields, by path, whose values differ; a field that is missing is None."""
    paths = [*before, *(path for path in after if path not in before)]
    pairs = [(path, before.get(path), after.get(path)) for path in paths]
    return tuple(FieldChange(path, old, new) for path, old, new in pairs if old != new)


def compare(plan: Plan, fields: Mapping[str, Json], found: Json) -> Probe:
    """Whether the fields the plan changes have their new values, their old ones, or neither."""
    now = {change.path: fields.get(change.path) for change in plan.changes}
    if all(now[change.path] == change.after for change in plan.changes):
        return Probe("applied", "The resource holds what was planned.", found)
    if all(now[change.path] == change.before for change in plan.changes):
        return Probe("not applied", "The resource is as it was before.", found)
    shown = {path: Redactor().field(path, value) for path, value in now.items()}
    values = ", ".join(f"{path} is {json.dumps(value)}" for path, value in shown.items())
    return Probe("differs", f"Neither the old nor the new values are there: {values}.", found)


def moved(plan: Plan, fingerprint: str, found: Json) -> str:
    """Why the approved plan no longer fits the resource, or ""."""
    if fingerprint == plan.fingerprint:
        return ""
    names = sorted(_names(plan.before) | _names(found))
    changed = [name for name in names if get(plan.before, (name,)) != get(found, (name,))]
    return (
        f"{plan.resource} was changed since this was planned ({', '.join(changed)}); "
        "nothing was sent. Plan again."
    )


def _names(resource: Json) -> set[str]:
    return set(resource) if isinstance(resource, dict) else set()
