"""Cloud SQL instances: describe and patch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import Command, Effect, Emit, Outcome, Plan, Probe
from runbook.commands.changing import compare, difference, moved, sent
from runbook.commands.flag_values import Flag
from runbook.commands.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.commands.sentences import outcome_of
from runbook.commands.sql_settings import (
    fields_of,
    fingerprint_of,
    patched,
    settings_body,
)
from runbook.commands.sql_undo import undo_of
from runbook.commands.sql_warnings import refusals, warnings
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_NAME = r"[a-z](?:[-a-z0-9]{0,96}[a-z0-9])?"
_DESCRIBE = Grammar(
    "sql instances describe",
    operand="INSTANCE",
    pattern=_NAME,
    siblings={"settings.userLabels": "LABELS"},
)
_PATCH = Grammar(
    "sql instances patch",
    operand="INSTANCE",
    pattern=_NAME,
    flags=(
        Flag("activation-policy", "choice", choices=("ALWAYS", "NEVER")),
        Flag("assign-ip", "boolean"),
        Flag("availability-type", "choice", choices=("REGIONAL", "ZONAL")),
        Flag("clear-database-flags", "boolean"),
        Flag("database-flags", "mapping"),
        Flag("network", pattern=r"(?:projects/[a-z0-9.:-]+/global/networks/)?[a-z][-a-z0-9]{0,62}"),
        Flag(
            "ssl-mode",
            "choice",
            choices=(
                "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
                "ENCRYPTED_ONLY",
                "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
            ),
        ),
        Flag("storage-size", "size"),
        Flag("tier", pattern=r"[a-z0-9-]{1,60}"),
    ),
    exclusive=(("database-flags", "clear-database-flags"),),
    others=frozenset(
        {
            "authorized-networks",
            "backup-start-time",
            "clear-authorized-networks",
            "cpu",
            "deletion-protection",
            "diff",
            "edition",
            "enable-point-in-time-recovery",
            "insights-config-query-insights-enabled",
            "maintenance-version",
            "maintenance-window-any",
            "maintenance-window-day",
            "maintenance-window-hour",
            "memory",
            "no-backup",
            "require-ssl",
            "retained-backups-count",
            "storage-auto-increase",
            "update-labels",
        }
    ),
)


@dataclass(frozen=True, slots=True)
class InstancePatch:
    """Changes settings of an instance. Database flags are merged with those it has."""

    arguments: Arguments

    @property
    def name(self) -> str:
        return self.arguments.name

    @property
    def effect(self) -> Effect:
        return Effect.CHANGES

    @property
    def resource(self) -> str:
        return _resource(self.arguments)

    @property
    def project(self) -> str:
        return self.arguments.project

    def as_gcloud(self) -> str:
        return self.arguments.as_gcloud()

    def plan(self, session: Session) -> Plan:
        before = _read(session, self.arguments)
        after = patched(before, self.arguments)
        known = session.sql.flags(str(before.get("databaseVersion", "")))
        changes = difference(fields_of(before), fields_of(after))
        undo, why_no_undo = undo_of(self.arguments, changes, fields_of(before))
        return Plan(
            resource=self.resource,
            before=before,
            after=after,
            changes=changes,
            fingerprint=fingerprint_of(before),
            warnings=warnings(before, self.arguments, changes, known),
            refusals=refusals(before, self.arguments, known),
            undo=undo,
            why_no_undo=why_no_undo,
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        if plan is None:
            return Outcome("failed", "Changes need an approved plan; nothing was sent.")
        try:
            found = _read(session, self.arguments)
            reason = moved(plan, fingerprint_of(found), found)
            if reason:
                return Outcome("failed", reason, found)
            return self._send(session, emit, found)
        except CloudError as error:
            return outcome_of(error, self.resource)

    def _send(self, session: Session, emit: Emit, found: dict[str, Json]) -> Outcome:
        project, name = self.arguments.project, self.arguments.operand
        body: dict[str, Json] = {"settings": settings_body(found, self.arguments)}
        emit("The following message will be used for the patch API method.")
        emit(json.dumps({"name": name, "project": project, **body}))
        operation = session.sql.patch_instance(project, name, body)
        with sent(operation.name):
            emit("Patching Cloud SQL instance...")
            session.sql.wait(project, operation, emit)
        emit(f"Updated [https://sqladmin.googleapis.com/sql/v1beta4/{self.resource}].")
        return Outcome("succeeded", f"Patched instance {name}.", _read(session, self.arguments))

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = _read(session, self.arguments)
        return compare(plan, fields_of(found), found)

    def probe(self, session: Session, plan: Plan) -> Probe:
        return self.verify(session, plan)

    def undo(self, plan: Plan) -> str:
        return plan.undo


def _resource(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/instances/{arguments.operand}"


def _read(session: Session, arguments: Arguments) -> dict[str, Json]:
    """The instance as gcloud shows it: one that is switched off is STOPPED."""
    found = session.sql.instance(arguments.project, arguments.operand)
    settings = found.get("settings")
    if isinstance(settings, dict) and settings.get("activationPolicy") == "NEVER":
        return {**found, "state": "STOPPED"}
    return found


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, _resource(arguments), _read)


def _parse_patch(words: Sequence[str]) -> Command:
    return InstancePatch(read_arguments(words, _PATCH))


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows a Cloud SQL instance.", _parse_describe
    ),
    CommandKind(
        f"gcloud {_PATCH.name}",
        Effect.CHANGES,
        "Changes settings of a Cloud SQL instance; database flags are merged with those it has.",
        _parse_patch,
    ),
)
