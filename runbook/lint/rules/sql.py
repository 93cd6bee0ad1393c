"""Cloud SQL: several patches in a row, and what a restart and a private address mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import GcloudWords, gcloud_commands

_REPLACED = Rule(
    "flags-replaced", "warning", "a second patch of database flags that drops those of the first"
)
_NOT_START = Rule("restart-is-not-start", "warning", "a restart for an instance that is stopped")
_PRIVATE = Rule("private-ip-for-ever", "warning", "a private address that cannot be taken back")
_RESTARTS = Rule("flags-restart", "warning", "a database flag that may restart the instance")
RULES = (_REPLACED, _NOT_START, _PRIVATE, _RESTARTS)

_PATCH = "sql instances patch"
_RESTART = "sql instances restart"
_STOPPED = re.compile(
    r"\bnot running\b|\bstopped\b|\bis down\b|\bstart (?:the|an|this) instance", re.IGNORECASE
)
_TOLD_RESTART = re.compile(r"\brestart", re.IGNORECASE)
_TOLD_PRIVATE = re.compile(
    r"cannot be (?:undone|taken back|turned off)|not undoable|no way back|stays", re.IGNORECASE
)
_NEED_RESTART = ("max_connections", "shared_buffers", "max_wal_senders", "max_worker_processes")

Flags: TypeAlias = dict[str, tuple[GcloudWords, dict[str, str]]]
"""The last patch of an instance's flags, and those flags."""


def findings(document: Document) -> Iterator[Finding]:
    set_before: Flags = {}
    for command in gcloud_commands(document):
        if command.begins(_PATCH):
            yield from _restarts(command, document, set_before)
            yield from _replaced(command, set_before)
            yield from _private(command, document)
        if command.begins(_RESTART):
            yield from _not_start(command, document)


def _replaced(command: GcloudWords, set_before: Flags) -> Iterator[Finding]:
    instance, flags = command.operand(_PATCH), _database_flags(command)
    if not flags:
        if "clear-database-flags" in command.flags:
            set_before.pop(instance, None)
        return
    earlier = set_before.get(instance)
    dropped = {n: v for n, v in earlier[1].items() if n not in flags} if earlier else {}
    if earlier and dropped:
        names = ", ".join(dropped)
        message = (
            f"gcloud replaces the whole list of flags: this patch drops {names}, set in line "
            f"{earlier[0].line}."
        )
        merged = ",".join(f"{name}={value}" for name, value in (dropped | flags).items())
        yield found(_REPLACED, command.line, message, f"--database-flags={merged}")
    set_before[instance] = (command, flags)


def _database_flags(command: GcloudWords) -> dict[str, str]:
    entries = [entry.partition("=") for entry in command.flags.get("database-flags", "").split(",")]
    return {name: value for name, sign, value in entries if sign}


def _restarts(command: GcloudWords, document: Document, set_before: Flags) -> Iterator[Finding]:
    """A value that an earlier patch of the document has set already restarts nothing."""
    _first, earlier = set_before.get(command.operand(_PATCH), (command, {}))
    flags = _database_flags(command)
    names = [n for n in flags if n in _NEED_RESTART and earlier.get(n) != flags[n]]
    if names and not _TOLD_RESTART.search(document.words_around(command.line)):
        message = (
            f"{names[0]} may restart the instance, which ends every connection; the runbook does "
            "not say so, and with --quiet gcloud does not ask."
        )
        yield found(_RESTARTS, command.line, message)


def _private(command: GcloudWords, document: Document) -> Iterator[Finding]:
    is_private = "network" in command.flags and "no-assign-ip" in command.flags
    if is_private and not _TOLD_PRIVATE.search(document.words_around(command.line)):
        message = (
            "A private address needs private services access on its network, and once an instance "
            "has one it cannot be taken back; the runbook does not say so."
        )
        yield found(_PRIVATE, command.line, message)


def _not_start(command: GcloudWords, document: Document) -> Iterator[Finding]:
    if _STOPPED.search(document.words_around(command.line)):
        message = (
            "Restarting is not starting: a stopped instance is started by its activation policy."
        )
        instance, project = command.operand(_RESTART), command.flags.get("project", "")
        instead = f"gcloud {_PATCH} {instance} --activation-policy=ALWAYS"
        instead += f" --project={project}" if project else ""
        yield found(_NOT_START, command.line, message, instead)
