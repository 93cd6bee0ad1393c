"""Secrets: create, with a first version or without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
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
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.grammar.labels import check_labels
from runbook.commands.kinds import CommandKind, PipelineKind
from runbook.commands.language.keys import get
from runbook.commands.secret_input import SecretInput
from runbook.commands.secret_values import check_data_file, piped, value_cautions
from runbook.commands.sending import ended
from runbook.commands.sentences import sentence
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_CREATE = Grammar(
    "secrets create",
    operand="SECRET",
    pattern=r"[A-Za-z0-9_-]{1,255}",
    flags=(
        Flag("data-file"),
        Flag("labels", "mapping"),
        Flag("locations", "list", pattern=r"[a-z0-9-]{1,60}", may_be_empty=True),
        Flag("replication-policy"),
    ),
    schema="secretmanager.v1.Secret",
)
_NO_UNDO = (
    "A secret is taken back only by deleting it with every version, for good; that is not run "
    "from here."
)
PAYLOAD = "payload"


@dataclass(frozen=True, slots=True)
class SecretCreate(Changing):
    """Makes a secret, and then its first version where a value is given: two requests."""

    given: SecretInput | None = None

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

    def changed(self, before: Resource | None) -> Resource:
        if before is not None:
            return before
        made: Resource = {"name": self.resource, **_body(self.arguments), "versions": []}
        if self.given is None:
            return made
        first: Resource = {"name": f"{self.resource}/versions/1", "state": "ENABLED"}
        return {**made, "versions": [first], PAYLOAD: self.given.described()}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        if resource is None:
            return {}
        labels, versions = resource.get("labels"), resource.get("versions")
        return {
            "name": str(resource.get("name", "")).rpartition("/")[-1],
            "replication": _policy(resource),
            "versions": len(versions) if isinstance(versions, list) else 0,
            **({"labels": labels} if labels else {}),
            **({PAYLOAD: resource[PAYLOAD]} if PAYLOAD in resource else {}),
        }

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        if before is None:
            return []
        name, project = self.arguments.operand, self.arguments.project
        another = f"gcloud secrets versions add {name} --data-file=- --project={project}"
        return [f"The secret {name} exists already. A new value is another version: {another}"]

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,  # noqa: ARG002 (of the value alone)
        changes: Sequence[FieldChange],  # noqa: ARG002 (of the value alone)
    ) -> list[str]:
        return [caution.message for caution in self.cautions()]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (never)
        return Undo(why_not=_NO_UNDO)

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (there is none)
        name = self.arguments.operand
        body = _body(self.arguments)
        secret = session.secrets.create_secret(self.arguments.project, name, body)
        if self.given is None:
            return self._told(f"Created secret [{name}].", secret, emit)
        try:
            session.secrets.add_version(self.resource, self.given.made())
        except CloudError as error:
            return self._half_done(error, secret)
        return self._told(f"Created version [1] of the secret [{name}].", secret, emit)

    def _told(self, line: str, secret: Resource, emit: Emit) -> Outcome:
        given = " with its first version" if self.given else ""
        message = f"Created secret {self.arguments.operand}{given}."
        with ended(message):
            aside(emit)(line)
            print_if_asked(self.arguments, secret, emit)
        return Outcome("succeeded", message, secret)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = self.read(session)
        if self.given is not None and found is not None and not found.get("versions"):
            return Probe(
                "differs", f"The secret was made, its value was not. {self._next()}", found
            )
        seen = tuple(change for change in plan.changes if change.path != PAYLOAD)
        return compare(replace(plan, changes=seen), self.fields(found), found)

    def _half_done(self, error: CloudError, secret: Json) -> Outcome:
        made = f"The secret {self.arguments.operand} was made"
        said = sentence(error, self.resource)
        if error.may_have_applied:
            return Outcome("unknown", f"{made}; whether it has its first version is open. {said}")
        return Outcome(
            "failed", f"{made}, its first version was not. {said} {self._next()}", secret
        )

    def _next(self) -> str:
        words = self.arguments
        command = f"gcloud secrets versions add {words.operand} --data-file=-"
        return f"Add it with: {command} --project={words.project}"


def _policy(secret: Resource) -> str:
    replicas = get(secret, ("replication", "userManaged", "replicas"))
    if not isinstance(replicas, list):
        return "automatic"
    places = (str(get(replica, ("location",))) for replica in replicas)
    return f"user-managed in {', '.join(places)}"


def _body(arguments: Arguments) -> Resource:
    replicas: list[Json] = [{"location": place} for place in arguments.items("locations")]
    replication: Resource = (
        {"userManaged": {"replicas": replicas}} if replicas else {"automatic": {}}
    )
    labels: Resource = dict(arguments.mapping("labels"))
    return {"replication": replication, **({"labels": labels} if labels else {})}


def _check_replication(arguments: Arguments) -> None:
    """gcloud's own rules, which it checks before it asks Google."""
    policy, places = arguments.text("replication-policy"), arguments.items("locations")
    if policy not in ("", "automatic", "user-managed"):
        raise NotRunnable(
            "Invalid value for [replication-policy]: The value provided for --replication-policy "
            'is invalid. Valid values are "automatic" and "user-managed".',
            gcloud_exit=1,
        )
    if policy == "user-managed" and not places:
        raise NotRunnable(
            "Missing required argument [locations]: If --replication-policy is user-managed then "
            "--locations must also be provided.",
            gcloud_exit=1,
        )
    if places and policy != "user-managed":
        raise NotRunnable(
            "Invalid value for [locations]: Locations are only allowed when creating a secret with "
            'a "user-managed" replication policy.',
            gcloud_exit=1,
        )


def _parse(words: Sequence[str], given: SecretInput | None = None) -> Command:
    arguments = read_arguments(words, _CREATE)
    check_labels(arguments.mapping("labels"))
    _check_replication(arguments)
    check_data_file(arguments, given)
    return SecretCreate(arguments, given)


def _parse_pipe(stages: Sequence[Sequence[str]]) -> tuple[Command, int] | None:
    return piped(stages, _CREATE.name.split(), _parse)


KINDS = (
    CommandKind(
        f"gcloud {_CREATE.name}", Effect.CHANGES, "Makes a secret that has no version yet.", _parse
    ),
)
PIPELINES = (
    PipelineKind(
        f"gcloud {_CREATE.name} --data-file=-",
        Effect.CHANGES,
        "Makes a secret with its first version; the value is shown nowhere.",
        _parse_pipe,
    ),
)
