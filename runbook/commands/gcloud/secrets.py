"""Secrets: list and describe. Metadata only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.grammar.list_flags import URI
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_SCHEMA = "secretmanager.v1.Secret"
_TABLE = (
    "table(name.basename():label=NAME,createTime.date():label=CREATED,"
    "gcloud_policy:label=REPLICATION_POLICY,gcloud_locations:label=LOCATIONS)"
)
_LIST = Grammar(
    "secrets list",
    flags=(URI,),
    is_list=True,
    default_format=_TABLE,
    schema=_SCHEMA,
)
_DESCRIBE = Grammar(
    "secrets describe",
    operand="SECRET",
    pattern=r"[A-Za-z0-9_-]{1,255}",
    schema=_SCHEMA,
)


def _list(session: Session, arguments: Arguments) -> Json:
    return session.secrets.secrets(arguments.project)


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.secrets.secret(_secret(arguments))


def _secret(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/secrets/{arguments.operand}"


def _seen(secret: Json) -> Json:
    """With gcloud's words for the replication, which its table shows."""
    if not isinstance(secret, dict):
        return secret
    policy, places = _replication(secret)
    return {**secret, "gcloud_policy": policy, "gcloud_locations": places}


def _replication(secret: Json) -> tuple[str, str]:
    found = get(secret, ("replication",))
    if isinstance(found, dict) and "automatic" in found:
        return "automatic", "-"
    replicas = get(found, ("userManaged", "replicas"))
    if isinstance(replicas, list):
        places = ",".join(str(get(replica, ("location",))) for replica in replicas)
        return "user_managed", places
    return "ERROR", "ERROR"


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    collection = f"projects/{arguments.project}/secrets"
    return Reading(arguments, collection, _list, seen=_seen, cut="before sorting", uri=address)


def address(item: Json) -> str:
    return f"https://secretmanager.googleapis.com/v1/{get(item, ('name',))}"


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, _secret(arguments), _describe)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows a secret's metadata.", _parse_describe
    ),
    CommandKind(f"gcloud {_LIST.name}", Effect.READS, "Lists the secrets by name.", _parse_list),
)
