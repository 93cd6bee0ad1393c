"""Secrets: a new version with a piped value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook.commands.base import (
    Caution,
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
    Plan,
    Probe,
    aside,
)
from runbook.commands.change_output import print_if_asked
from runbook.commands.changing import Changing, Resource, Undo, compare, or_none
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind, PipelineKind
from runbook.commands.secret_input import SecretInput
from runbook.commands.secret_values import check_data_file, piped, value_cautions
from runbook.commands.sending import ended
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_ADD = Grammar(
    "secrets versions add",
    operand="SECRET",
    pattern=r"[A-Za-z0-9_-]{1,255}",
    flags=(Flag("data-file"),),
    needs=("data-file",),
    schema="secretmanager.v1.SecretVersion",
)
_NO_UNDO = (
    "The value before cannot be put back from here, since values are not read. `latest` stays with "
    "the newest version even when it is disabled; add the old value as another version."
)
_NEWEST, _PAYLOAD = "newest version", "payload"


@dataclass(frozen=True, slots=True)
class VersionAdd(Changing):
    """Adds a version, which is what `latest` means from then on."""

    given: SecretInput

    @property
    def resource(self) -> str:
        return f"projects/{self.arguments.project}/secrets/{self.arguments.operand}"

    def cautions(self) -> tuple[Caution, ...]:
        return value_cautions(self.given, self.as_gcloud())

    def read(self, session: Session) -> Resource | None:
        return or_none(lambda: self._found(session))

    def _found(self, session: Session) -> Resource:
        secret = session.secrets.secret(self.resource)
        return {**secret, "versions": session.secrets.versions(self.resource)}

    def changed(self, before: Resource | None) -> Resource | None:
        if before is None:
            return None
        versions = before.get("versions")
        number = _newest(before) + 1
        added: Resource = {"name": f"{self.resource}/versions/{number}", "state": "ENABLED"}
        others = versions if isinstance(versions, list) else []
        return {**before, "versions": [added, *others], _PAYLOAD: self.given.described()}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        if resource is None:
            return {}
        newest = {_NEWEST: _newest(resource)} if _newest(resource) else {}
        return {**newest, **({_PAYLOAD: resource[_PAYLOAD]} if _PAYLOAD in resource else {})}

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        if before is not None:
            return []
        name, project = self.arguments.operand, self.arguments.project
        command = f"gcloud secrets create {name} --data-file=- --project={project}"
        return [f"There is no secret {name}. Write instead: {command}"]

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,
        changes: Sequence[FieldChange],  # noqa: ARG002 (always the same)
    ) -> list[str]:
        found = [caution.message for caution in self.cautions()]
        if before is not None and _newest(before):
            latest = (
                "Whatever reads `latest` gets the new value; what started before keeps the old."
            )
            found.append(latest)
        return found

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (never)
        return Undo(why_not=_NO_UNDO)

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        version = session.secrets.add_version(self.resource, self.given.made())
        number, name = str(version.get("name", "")).rpartition("/")[-1], self.arguments.operand
        message = f"Created version {number} of secret {name}."
        with ended(message):
            aside(emit)(f"Created version [{number}] of the secret [{name}].")
            print_if_asked(self.arguments, version, emit)
        return Outcome("succeeded", message, version)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = self.read(session)
        seen = tuple(change for change in plan.changes if change.path != _PAYLOAD)
        return compare(replace(plan, changes=seen), self.fields(found), found)


def _newest(secret: Resource) -> int:
    """The highest number of a version, 0 where there is none."""
    versions = secret.get("versions")
    names = [
        str(version.get("name", ""))
        for version in (versions if isinstance(versions, list) else [])
        if isinstance(version, dict)
    ]
    return max((int(name.rpartition("/")[-1]) for name in names), default=0)


def _parse(words: Sequence[str], given: SecretInput | None = None) -> Command:
    arguments = read_arguments(words, _ADD)
    check_data_file(arguments, given)
    if given is None:
        raise NotRunnable("--data-file is the empty string.", gcloud_exit=1)
    return VersionAdd(arguments, given)


def _parse_pipe(stages: Sequence[Sequence[str]]) -> tuple[Command, int] | None:
    path = _ADD.name.split()
    if list(stages[0][: 1 + len(path)]) == ["gcloud", *path]:
        read_arguments(stages[0][1 + len(path) :], _ADD)
    return piped(stages, path, _parse)


KINDS: tuple[CommandKind, ...] = ()
PIPELINES = (
    PipelineKind(
        f"gcloud {_ADD.name} --data-file=-",
        Effect.CHANGES,
        "Adds a version to a secret; the value is shown nowhere.",
        _parse_pipe,
    ),
)
