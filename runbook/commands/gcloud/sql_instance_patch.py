"""Cloud SQL instances: patch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, Emit, FieldChange, Outcome, aside
from runbook.commands.changing import Changing, Resource, Undo
from runbook.commands.cloud_sql.instance import NAME, SCHEMA, busy, read_instance, resource_of
from runbook.commands.cloud_sql.settings import (
    fields_of,
    fingerprint_of,
    patched,
    settings_body,
    versioned,
)
from runbook.commands.cloud_sql.undo import undo_of
from runbook.commands.cloud_sql.values import DAYS, MEMORY, check_machine
from runbook.commands.cloud_sql.warnings import refusals, warnings
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_PATCH = Grammar(
    "sql instances patch",
    operand="INSTANCE",
    pattern=NAME,
    flags=(
        Flag("activation-policy", "choice", choices=("ALWAYS", "NEVER")),
        Flag("assign-ip", "boolean"),
        Flag("authorized-networks", "list", pattern=r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?"),
        Flag("availability-type", "choice", choices=("REGIONAL", "ZONAL")),
        Flag("backup-start-time", pattern=r"(?:[01]\d|2[0-3]):[0-5]\d"),
        Flag("clear-authorized-networks", "boolean"),
        Flag("clear-database-flags", "boolean"),
        Flag("cpu", "integer"),
        Flag("database-flags", "mapping"),
        Flag("deletion-protection", "boolean"),
        Flag("enable-point-in-time-recovery", "boolean"),
        Flag("insights-config-query-insights-enabled", "boolean"),
        Flag("maintenance-window-day", "choice", choices=DAYS),
        Flag("maintenance-window-hour", "integer"),
        Flag("memory", pattern=MEMORY),
        Flag("network", pattern=r"(?:projects/[a-z0-9.:-]+/global/networks/)?[a-z][-a-z0-9]{0,62}"),
        Flag("retained-backups-count", "integer"),
        Flag(
            "ssl-mode",
            "choice",
            choices=(
                "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
                "ENCRYPTED_ONLY",
                "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
            ),
        ),
        Flag("storage-auto-increase", "boolean"),
        Flag("storage-size", "size"),
        Flag("tier", pattern=r"[a-z0-9-]{1,60}"),
    ),
    exclusive=(
        ("authorized-networks", "clear-authorized-networks"),
        ("database-flags", "clear-database-flags"),
    ),
    schema=SCHEMA,
)


@dataclass(frozen=True, slots=True)
class InstancePatch(Changing):
    """Changes settings of an instance. Database flags are merged with those it has."""

    @property
    def resource(self) -> str:
        return resource_of(self.arguments)

    def read(self, session: Session) -> Resource:
        return read_instance(session, self.arguments)

    def changed(self, before: Resource | None) -> Resource:
        return patched(before or {}, self.arguments)

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return fields_of(resource)

    def fingerprint(self, resource: Resource | None) -> str:
        return fingerprint_of(resource or {})

    def busy(self, session: Session) -> str:
        return busy(session, self.arguments)

    def refusals(self, session: Session, before: Resource | None) -> Sequence[str]:
        found = before or {}
        return refusals(found, self.arguments, _flags(session, before))

    def warnings(
        self, session: Session, before: Resource | None, changes: Sequence[FieldChange]
    ) -> Sequence[str]:
        return warnings(before or {}, self.arguments, changes, _flags(session, before))

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:
        return Undo(*undo_of(self.arguments, changes, fields_of(before)))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        project, name, say = self.arguments.project, self.arguments.operand, aside(emit)
        instance = found or {}
        settings = versioned(settings_body(instance, self.arguments), instance)
        body: Resource = {"settings": settings}
        say("The following message will be used for the patch API method.")
        say(json.dumps({"name": name, "project": project, **body}))
        operation = session.sql.patch_instance(project, name, body)
        with sent(operation.name):
            say("Patching Cloud SQL instance...")
            session.sql.wait(project, operation, say)
        message = f"Patched instance {name}."
        with ended(message):
            say(f"Updated [https://sqladmin.googleapis.com/sql/v1beta4/{self.resource}].")
            instance = read_instance(session, self.arguments)
        return Outcome("succeeded", message, instance)


def _flags(session: Session, instance: Resource | None) -> list[Resource]:
    return session.sql.flags(str((instance or {}).get("databaseVersion", "")))


def _parse_patch(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _PATCH)
    check_machine(arguments)
    return InstancePatch(arguments)


KINDS = (
    CommandKind(
        f"gcloud {_PATCH.name}",
        Effect.CHANGES,
        "Changes settings of a Cloud SQL instance; database flags are merged with those it has.",
        _parse_patch,
    ),
)
