"""Cloud SQL instances: list and describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.cloud_sql.instance import (
    NAME,
    SCHEMA,
    as_shown,
    read_instance,
    resource_of,
)
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_SIBLINGS = {"settings.userLabels": "LABELS"}
_TABLE = (
    ":(settings.userLabels:alias=labels:label=LABELS) "
    "table(name,databaseVersion,firstof(gceZone,region):label=LOCATION,settings.tier,"
    "gcloud_primary:label=PRIMARY_ADDRESS,gcloud_private:label=PRIVATE_ADDRESS,state:label=STATUS)"
)
_LIST = Grammar(
    "sql instances list",
    is_list=True,
    default_format=_TABLE,
    siblings=_SIBLINGS,
    schema=SCHEMA,
)
_DESCRIBE = Grammar(
    "sql instances describe",
    operand="INSTANCE",
    pattern=NAME,
    siblings=_SIBLINGS,
    schema=SCHEMA,
)


def _list(session: Session, arguments: Arguments) -> Json:
    found = session.sql.instances(arguments.project)
    return [as_shown(one) if isinstance(one, dict) else one for one in found]


def _seen(instance: Json) -> Json:
    """With the columns that gcloud's table makes of an instance."""
    if not isinstance(instance, dict):
        return instance
    return {
        **instance,
        "gcloud_primary": _address(instance, "PRIMARY"),
        "gcloud_private": _address(instance, "PRIVATE"),
    }


def _address(instance: dict[str, Json], kind: str) -> str:
    addresses = instance.get("ipAddresses")
    found = [
        str(one.get("ipAddress"))
        for one in (addresses if isinstance(addresses, list) else [])
        if isinstance(one, dict) and one.get("type") == kind
    ]
    return ",".join(found) or "-"


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    collection = f"projects/{arguments.project}/instances"
    return Reading(arguments, collection, _list, seen=_seen, cut="before all")


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, resource_of(arguments), read_instance)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows a Cloud SQL instance.", _parse_describe
    ),
    CommandKind(f"gcloud {_LIST.name}", Effect.READS, "Lists Cloud SQL instances.", _parse_list),
)
