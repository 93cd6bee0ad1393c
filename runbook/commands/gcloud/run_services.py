"""Cloud Run services: describe and list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.cloud_run.export import exported, is_export, without_export
from runbook.commands.cloud_run.regions import (
    OPTIONAL_REGION,
    PLATFORM,
    check_platform,
    check_region,
)
from runbook.commands.cloud_run.resource import seen_service, text_at
from runbook.commands.cloud_run.words import service_words
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_GROUP = "run services"
_SCHEMA = "run.v1.Service"
_LIST_FORMAT = (
    'table(ready_symbol:label="",name:label=SERVICE,region:label=REGION,domain:label=URL,'
    'last_modifier:label="LAST DEPLOYED BY",last_transition_time:label="LAST DEPLOYED AT")'
)

_DESCRIBE = Grammar(
    f"{_GROUP} describe", operand="SERVICE", scope="region", flags=(PLATFORM,), schema=_SCHEMA
)
_LIST = Grammar(
    f"{_GROUP} list",
    flags=(OPTIONAL_REGION, PLATFORM),
    is_list=True,
    default_format=_LIST_FORMAT,
    schema=_SCHEMA,
)


def _describe(session: Session, arguments: Arguments) -> Json:
    return session.run.service(arguments.project, arguments.region, arguments.operand)


def _list(session: Session, arguments: Arguments) -> Json:
    """By name, as gcloud sorts them."""
    found = session.run.services(arguments.project, arguments.text("region"))
    return sorted(found, key=lambda item: text_at(item, "metadata", "name"))


def service_name(arguments: Arguments) -> str:
    """The full name that other APIs use, "projects/P/locations/R/services/S"."""
    place = f"projects/{arguments.project}/locations/{arguments.region}"
    return f"{place}/services/{arguments.operand}"


def _parse_describe(words: Sequence[str]) -> Command:
    if is_export(words):
        return _exporting(words)
    check_region(_DESCRIBE, words)
    arguments = read_arguments(words, _DESCRIBE)
    check_platform(arguments)
    resource = service_name(arguments)
    return Reading(arguments, resource, _describe, seen=seen_service, words=service_words)


def _exporting(words: Sequence[str]) -> Command:
    """What `describe --format=export` prints: YAML that a service can be made of again."""
    plain = without_export(words)
    check_region(_DESCRIBE, plain)
    arguments = replace(read_arguments(plain, _DESCRIBE), format="export")
    check_platform(arguments)
    return Reading(arguments, service_name(arguments), _export)


def _export(session: Session, arguments: Arguments) -> Json:
    return exported(_describe(session, arguments))


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    check_platform(arguments)
    region = arguments.text("region") or "-"
    parent = f"projects/{arguments.project}/locations/{region}"
    return Reading(arguments, f"{parent}/services", _list, seen=seen_service)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}", Effect.READS, "Shows a Cloud Run service.", _parse_describe
    ),
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists Cloud Run services of a region or of all.",
        _parse_list,
    ),
)
