"""Cloud Run revisions: list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.cloud_run.regions import PLATFORM, check_platform, check_region
from runbook.commands.cloud_run.resource import label, seen_revision
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_FORMAT = (
    'table(ready_symbol:label="",name:label=REVISION,active.yesno(yes="yes", no=""),'
    "service_name:label=SERVICE:sort=1,"
    'creation_timestamp.date("%Y-%m-%d %H:%M:%S %Z"):label=DEPLOYED:sort=2:reverse,'
    'author:label="DEPLOYED BY")'
)
_LIST = Grammar(
    "run revisions list",
    scope="region",
    flags=(
        PLATFORM,
        Flag("service", pattern=r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    ),
    is_list=True,
    default_format=_FORMAT,
    schema="run.v1.Revision",
)


def _list(session: Session, arguments: Arguments) -> Json:
    """Those of services: workers' revisions live in the same collection."""
    service = arguments.text("service")
    found = session.run.revisions(arguments.project, arguments.region, service)
    return [one for one in found if not label(one, "run.googleapis.com/workerPool")]


def _parse_list(words: Sequence[str]) -> Command:
    check_region(_LIST, words)
    arguments = read_arguments(words, _LIST)
    check_platform(arguments)
    parent = f"projects/{arguments.project}/locations/{arguments.region}"
    return Reading(arguments, f"{parent}/revisions", _list, seen=seen_revision, cut="before all")


KINDS = (
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists the revisions of a region, or of one service.",
        _parse_list,
    ),
)
