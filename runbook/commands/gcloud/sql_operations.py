"""Cloud SQL: what was done to an instance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.cloud_sql.instance import NAME, spelled_out
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_LIST = Grammar(
    "sql operations list",
    flags=(Flag("instance", pattern=NAME),),
    needs=("instance",),
    is_list=True,
    default_format=(
        "table(name,operationType:label=TYPE,startTime.iso():label=START,endTime.iso():label=END,"
        'error.errors[0].code.yesno(no="-"):label=ERROR,status:label=STATUS)'
    ),
    schema="sqladmin.v1.Operation",
)


def _list(session: Session, arguments: Arguments) -> Json:
    limit = 0 if arguments.filter or arguments.sort_by else arguments.limit
    return session.sql.operations_on(arguments.project, arguments.text("instance"), limit)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(spelled_out(words), _LIST)
    instance = f"projects/{arguments.project}/instances/{arguments.text('instance')}"
    return Reading(arguments, f"{instance}/operations", _list)


KINDS = (
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists what was done to a Cloud SQL instance, the newest first.",
        _parse_list,
    ),
)
