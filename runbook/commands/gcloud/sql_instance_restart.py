"""Cloud SQL instances: restart, which is not start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import (
    Command,
    Effect,
    Emit,
    FieldChange,
    Outcome,
    Plan,
    Probe,
    aside,
)
from runbook.commands.changing import Changing, Resource, Undo, fingerprint_of
from runbook.commands.cloud_sql.instance import (
    NAME,
    SCHEMA,
    busy,
    read_instance,
    resource_of,
    restarts,
)
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_RESTART = Grammar(
    "sql instances restart",
    operand="INSTANCE",
    pattern=NAME,
    schema=SCHEMA,
)
_LAST = "lastRestart"
_NEW = "when this runs"


@dataclass(frozen=True, slots=True)
class InstanceRestart(Changing):
    """Shuts an instance down and starts it again.

    No field of the instance tells of it: what is compared is the newest RESTART operation, so a
    restart that somebody made since the plan keeps this one from happening a second time.
    """

    @property
    def resource(self) -> str:
        return resource_of(self.arguments)

    def read(self, session: Session) -> Resource:
        instance = read_instance(session, self.arguments)
        done = restarts(session, self.arguments)
        return {**instance, _LAST: _shown(done[0]) if done else None}

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), _LAST: _NEW}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {_LAST: (resource or {}).get(_LAST)}

    def fingerprint(self, resource: Resource | None) -> str:
        version = get(resource, ("settings", "settingsVersion"))
        policy = get(resource, ("settings", "activationPolicy"))
        return fingerprint_of([version, policy, get(resource, (_LAST, "name"))])

    def busy(self, session: Session) -> str:
        return busy(session, self.arguments)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        return [_not_running(self.arguments.operand, self.project)] if _is_off(before) else []

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,
        changes: Sequence[FieldChange],  # noqa: ARG002 (always the same)
    ) -> list[str]:
        found = ["The instance shuts down and starts again: every connection ends."]
        state = (before or {}).get("state")
        if state != "RUNNABLE":
            found.append(f"The instance's state is {state}, not RUNNABLE.")
        return found

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (never)
        return Undo(why_not="A restart cannot be taken back; nothing of the instance changes.")

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        project, name, say = self.arguments.project, self.arguments.operand, aside(emit)
        operation = session.sql.restart_instance(project, name)
        with sent(operation.name):
            say("Restarting Cloud SQL instance...")
            session.sql.wait(project, operation, say)
        message = f"Restarted instance {name}."
        with ended(message):
            say(f"Restarted [https://sqladmin.googleapis.com/sql/v1beta4/{self.resource}].")
            instance = self.read(session)
        return Outcome("succeeded", message, instance)

    def verify(self, session: Session, plan: Plan) -> Probe:
        """Looks for a restart that began after the plan was made."""
        found = self.read(session)
        last = found.get(_LAST)
        if get(last, ("name",)) == get(plan.before, (_LAST, "name")):
            return Probe("not applied", "The instance was not restarted since the plan.", found)
        if get(last, ("status",)) != "DONE":
            return Probe("differs", "A restart has begun and has not ended.", found)
        if get(last, ("error",)):
            return Probe("differs", "A restart was begun and failed.", found)
        return Probe("applied", f"The instance was restarted at {get(last, ('at',))}.", found)


def _shown(operation: Json) -> dict[str, Json]:
    names = {"name": "name", "status": "status", "at": "insertTime", "error": "error"}
    found = {name: get(operation, (source,)) for name, source in names.items()}
    return {name: value for name, value in found.items() if value is not None}


def _is_off(instance: Resource | None) -> bool:
    """Whether it is stopped; an instance without a policy runs."""
    policy = get(instance, ("settings", "activationPolicy"))
    return policy == "NEVER" or (instance or {}).get("state") == "STOPPED"


def _not_running(name: str, project: str) -> str:
    start = f"gcloud sql instances patch {name} --activation-policy=ALWAYS --project={project}"
    return f"The instance is stopped, and a restart does not start it. Write instead: {start}"


def _parse_restart(words: Sequence[str]) -> Command:
    return InstanceRestart(read_arguments(words, _RESTART))


KINDS = (
    CommandKind(
        f"gcloud {_RESTART.name}",
        Effect.CHANGES,
        "Shuts a running Cloud SQL instance down and starts it again.",
        _parse_restart,
    ),
)
