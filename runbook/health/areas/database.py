"""Cloud SQL instances: their state, their way in, their flags and how full they are."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from runbook.commands.cloud_run.resource import object_at, objects_at, text_at
from runbook.commands.cloud_sql.instance import as_shown
from runbook.commands.cloud_sql.settings import database_flags
from runbook.commands.grammar.flag_values import written
from runbook.document.definition import Json
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Kind, Read, Seen, Unread
from runbook.health.measuring import read_all
from runbook.health.metrics import METRICS
from runbook.health.report import Area, Finding
from runbook.health.settling import advised, failed, mended

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_ENCRYPTED = ("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")
_LOOKS_BACK = timedelta(minutes=15)
_MYSQL = "cloudsql.googleapis.com/database/network/connections"
_POSTGRES = "cloudsql.googleapis.com/database/postgresql/num_backends"


def _name(asked: Asked) -> str:
    return f"projects/{asked.project}/instances/{asked.name}"


def _instance(session: Session, asked: Asked) -> Seen:
    found = as_shown(session.sql.instance(asked.project, asked.name))
    settings = object_at(found, "settings")
    addresses = object_at(settings, "ipConfiguration")
    flags: dict[str, Json] = {**database_flags(found)}
    facts: dict[str, Fact] = {
        "state": text_at(found, "state"),
        "version": text_at(found, "databaseVersion"),
        "tier": text_at(settings, "tier"),
        "network": text_at(addresses, "privateNetwork").rpartition("/")[2],
        "public_address": addresses.get("ipv4Enabled") is True,
        "tls_required": _is_encrypted(addresses),
        "flags": flags,
        "backups": object_at(settings, "backupConfiguration").get("enabled") is True,
    }
    return Seen(facts, _snapshot(found, settings, addresses, flags))


def _is_encrypted(addresses: dict[str, Json]) -> bool:
    mode = text_at(addresses, "sslMode")
    return mode in _ENCRYPTED if mode else addresses.get("requireSsl") is True


def _snapshot(
    found: dict[str, Json],
    settings: dict[str, Json],
    addresses: dict[str, Json],
    flags: dict[str, Json],
) -> dict[str, Json]:
    authorized = objects_at(addresses, "authorizedNetworks")
    networks: list[Json] = [*sorted(text_at(one, "value") for one in authorized)]
    kept = ("tier", "availabilityType", "activationPolicy", "dataDiskType", "edition")
    return {
        "databaseVersion": text_at(found, "databaseVersion"),
        **{f"settings.{name}": settings[name] for name in kept if name in settings},
        "settings.ipConfiguration.privateNetwork": text_at(addresses, "privateNetwork"),
        "settings.ipConfiguration.ipv4Enabled": addresses.get("ipv4Enabled") is True,
        "settings.ipConfiguration.sslMode": text_at(addresses, "sslMode"),
        "settings.ipConfiguration.authorizedNetworks": networks,
        **{f"settings.databaseFlags.{name}": value for name, value in sorted(flags.items())},
    }


def _connections(session: Session, asked: Asked) -> Seen:
    """The greatest number of the last minutes, over all of its databases."""
    told = str(asked.resource.wanted("version") or "")
    counted = f'AND resource.labels.database_id="{asked.project}:{asked.name}"'
    usual = METRICS["sql.connections"]
    counts = _MYSQL if told.startswith("MYSQL") else _POSTGRES
    metric = replace(usual, filter=f"{usual.filter.replace(_POSTGRES, counts)} {counted}")
    since = asked.at - _LOOKS_BACK
    (series,) = read_all(session, asked.project, [metric], since=since, until=asked.at)
    values = [one.value for readings in series.readings.values() for one in readings]
    fact: Fact = max(values) if values else Unread(f"Its connections: {series.why_none}")
    return Seen({"connections": fact})


def _settle(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    patch = f"gcloud sql instances patch {asked.name} --project={asked.project}"
    wrong = failed(asked, findings)
    flags = _flags(asked, facts, wrong, patch)
    starts = f"{patch} --activation-policy=ALWAYS" if facts.get("state") == "STOPPED" else ""
    fixes = {"state": starts, "tls_required": f"{patch} --ssl-mode=ENCRYPTED_ONLY"} | flags
    advice = {
        "state": "Look at its operations: gcloud sql operations list shows what Google is doing.",
        "exists": "Restore it from a backup, or create it again.",
        "network": "Moving it to another network needs a maintenance window of its own.",
        "connections": "See who holds them, then lower the pools, or raise max_connections and"
        " the limit in the file with it.",
        "version": "An upgrade of the version needs a maintenance window of its own.",
    }
    return advised(asked, mended(asked, findings, fixes), advice)


def _flags(
    asked: Asked, facts: Mapping[str, Fact], wrong: Mapping[str, Finding], patch: str
) -> dict[str, str]:
    """All that differ in one line, since each patch may restart the instance, behind those that are
    there: gcloud itself replaces the whole list, and the line is for people to copy as well."""
    failing = [one for one in asked.resource.expects("flags") if one.name in wrong]
    values = {one.name: (one.key, asked.resource.wanted("flags", one.key)) for one in failing}
    wanted = {name: (key, it) for name, (key, it) in values.items() if it is not None}
    there = facts.get("flags")
    whole = (there if isinstance(there, dict) else {}) | dict(wanted.values())
    pairs = tuple((name, str(value)) for name, value in whole.items())
    return dict.fromkeys(wanted, f"{patch} {shlex.quote(written('database-flags', pairs))}")


INSTANCES = Kind(
    section="databases",
    area=Area.DATABASE,
    title="Cloud SQL instance",
    fields=(
        Field("state", "text", "RUNNABLE, MAINTENANCE, STOPPED, SUSPENDED, …"),
        Field("version", "version", "POSTGRES_14, MYSQL_8_0, …; `at_least` compares the number"),
        Field("tier", "text", "its machine"),
        Field("network", "text", "short name of the network of its private address"),
        Field("public_address", "flag", "whether it has one"),
        Field("tls_required", "flag", "whether connections without TLS are refused"),
        Field("backups", "flag", "whether it is backed up by itself"),
        Field("flags", "setting", "database flags by name", keyed=True),
        Field("connections", "number", "the most in the last 15 minutes, of Cloud Monitoring"),
    ),
    full_name=_name,
    reads=(
        Read(
            (
                "state",
                "version",
                "tier",
                "network",
                "public_address",
                "tls_required",
                "backups",
                "flags",
            ),
            _instance,
        ),
        Read(("connections",), _connections),
    ),
    settle=_settle,
)

AREA = AreaWords(
    Area.DATABASE,
    "Cloud SQL Instance",
    "Cloud SQL instance configuration is valid",
    "Cloud SQL issues",
    (INSTANCES,),
)
