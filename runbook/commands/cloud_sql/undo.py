"""The command that takes a patch of an instance back, or why there is none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from runbook.commands.base import FieldChange
from runbook.commands.cloud_sql.settings import BACKUPS_ENABLED, FLAG_PATH, PATHS
from runbook.commands.cloud_sql.values import as_written
from runbook.commands.grammar.flag_values import written
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json

_FLAG_OF = {path: flag for flag, path in PATHS.items()}
_NEVER = {
    PATHS["storage-size"]: "Storage cannot be made smaller.",
    PATHS["network"]: "An instance cannot be taken off a private network.",
    BACKUPS_ENABLED: "This switches backups on, and switching them off is not run from here.",
}


def undo_of(
    arguments: Arguments, changes: Sequence[FieldChange], before: Mapping[str, Json]
) -> tuple[str, str]:
    """The undo and "", or "" and the reason.

    Two lines where flags were added to an instance that had others: since given flags are merged
    with the current ones, the list is cleared first and then set to what it was.
    """
    for change in changes:
        if change.path in _NEVER:
            return "", _NEVER[change.path]
        if change.before is None and not change.path.startswith(FLAG_PATH):
            return "", f"{change.path} had no value that could be restored."
    if not changes:
        return "", "There is nothing to undo."
    start = ["gcloud", "sql", "instances", "patch", arguments.operand]
    lines = [
        shlex.join([*start, *words, f"--project={arguments.project}"])
        for words in _steps(changes, before)
    ]
    return "\n".join(lines), ""


def _steps(changes: Sequence[FieldChange], before: Mapping[str, Json]) -> list[list[str]]:
    plain = [_restoring(change) for change in changes if not change.path.startswith(FLAG_PATH)]
    flags = [change for change in changes if change.path.startswith(FLAG_PATH)]
    old = {name: value for name, value in before.items() if name.startswith(FLAG_PATH)}
    has_added = any(change.before is None for change in flags)
    if not flags:
        return [plain]
    if not has_added:
        return [[*plain, _flags({change.path: change.before for change in flags})]]
    if not old:
        return [[*plain, "--clear-database-flags"]]
    return [["--clear-database-flags"], [*plain, _flags(old)]]


def _restoring(change: FieldChange) -> str:
    return as_written(_FLAG_OF[change.path], change.before)


def _flags(values: Mapping[str, Json]) -> str:
    pairs = ((path.removeprefix(FLAG_PATH), str(value)) for path, value in values.items())
    return written("database-flags", tuple(pairs))
