"""Google's services that a project uses: list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_LIST = Grammar(
    "services list",
    flags=(Flag("enabled", "boolean"),),
    is_list=True,
    default_format="table(config.name:label=NAME:sort=1,config.title)",
    schema="serviceusage.v1.GoogleApiServiceusageV1Service",
)


def _fetch(session: Session, arguments: Arguments) -> Json:
    return session.services.enabled(arguments.project)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    return Reading(arguments, f"projects/{arguments.project}/services", _fetch, cut="before all")


KINDS = (
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists the Google services that are switched on.",
        _parse_list,
    ),
)
