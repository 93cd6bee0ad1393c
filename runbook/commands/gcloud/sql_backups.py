"""Cloud SQL: the backups of an instance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.cloud_sql.instance import NAME, spelled_out
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_LIST = Grammar(
    "sql backups list",
    flags=(Flag("instance", pattern=f"-|{NAME}"),),
    is_list=True,
    default_format=(
        'table(id,windowStartTime.iso(),error.code.yesno(no="-"):label=ERROR,status,instance)'
    ),
    schema="sqladmin.v1.BackupRun",
)


def _list(session: Session, arguments: Arguments) -> Json:
    return session.sql.backup_runs(arguments.project, arguments.text("instance"))


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(spelled_out(words), _LIST)
    instance = arguments.text("instance")
    if not instance:
        raise NotRunnable(
            "Without --instance gcloud lists the backups of a project, which is not done here.",
            instead=f"{arguments.as_gcloud()} --instance=-",
        )
    return Reading(
        arguments, f"projects/{arguments.project}/instances/{instance}/backupRuns", _list
    )


KINDS = (
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists the backups of a Cloud SQL instance, the newest first.",
        _parse_list,
    ),
)
