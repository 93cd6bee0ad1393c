"""Certificates of Certificate Manager: describe and list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_GROUP = "certificate-manager certificates"
_SCHEMA = "certificatemanager.v1.Certificate"
_MOMENT = ".date('%Y-%m-%d %H:%M:%S %Oz', undefined='')"
_FORMAT = (
    "table(name.scope(certificates):sort=1,name.segment(3):label=LOCATION,"
    "san_names:label=SUBJECT_ALTERNATIVE_NAMES,description,scope,"
    f"expireTime{_MOMENT},createTime{_MOMENT},updateTime{_MOMENT})"
)
_DESCRIBE = Grammar(
    f"{_GROUP} describe",
    operand="CERTIFICATE",
    pattern=r"[a-z](?:[-a-z0-9_]{0,61}[a-z0-9])?",
    scope="location",
    schema=_SCHEMA,
)
_LIST = Grammar(
    f"{_GROUP} list", scope="location", is_list=True, default_format=_FORMAT, schema=_SCHEMA
)


def _parent(arguments: Arguments, usual: str) -> str:
    return f"projects/{arguments.project}/locations/{arguments.location or usual}"


def _certificate_name(arguments: Arguments) -> str:
    return f"{_parent(arguments, 'global')}/certificates/{arguments.operand}"


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.certificate_manager.certificate(_certificate_name(arguments))


def _list(session: Session, arguments: Arguments) -> Json:
    return session.certificate_manager.certificates(_parent(arguments, "-"))


def _seen(certificate: Json) -> Json:
    """With the names in one column, each on its line."""
    names = certificate.get("sanDnsnames") if isinstance(certificate, dict) else None
    if not isinstance(certificate, dict) or not isinstance(names, list):
        return certificate
    return {**certificate, "san_names": "\n".join(str(name) for name in names)}


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    return Reading(arguments, _certificate_name(arguments), _describe)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    collection = f"{_parent(arguments, '-')}/certificates"
    return Reading(arguments, collection, _list, seen=_seen, cut="before all")


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows a certificate of Certificate Manager.",
        _parse_describe,
    ),
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists the certificates of Certificate Manager.",
        _parse_list,
    ),
)
