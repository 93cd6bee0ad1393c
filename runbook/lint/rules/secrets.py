"""What ends up in a secret that is written through a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import taken_apart
from runbook.lint.shell_text import Stage, Statement

_NEWLINE = Rule("secret-newline", "warning", "`echo` adds a line end that becomes part of a secret")
_PLACEHOLDER = Rule("secret-placeholder", "warning", "a secret that holds a word to be filled in")
RULES = (_NEWLINE, _PLACEHOLDER)

_WRITES = ("secrets create", "secrets versions add")
_LEFT_OPEN = re.compile(
    r"(?<![$\{\w])(?:PASSWORD|PASSWD|SECRET|TOKEN|CHANGE_?ME|PRIVATE_IP|YOUR_\w+|HOST|USER)\b"
    r"|\b\d+(?:\.\d+)*\.x(?:\.x)*\b"
)


def findings(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for pipeline in statement.pipelines:
            for before, stage in zip(pipeline.stages, pipeline.stages[1:], strict=False):
                if _writes_secret(stage, statement):
                    yield from _newline(before, statement)
                    yield from _placeholder(before, statement)


def _writes_secret(stage: Stage, statement: Statement) -> bool:
    command = taken_apart(stage, statement)
    writes = any(command.begins(name) for name in _WRITES)
    return stage.program == "gcloud" and writes and command.flags.get("data-file") in ("-", "")


def _newline(before: Stage, statement: Statement) -> Iterator[Finding]:
    is_text = before.program == "echo" and "-n" not in before.command
    if is_text or before.command[:2] == ("openssl", "rand"):
        message = (
            f"{before.program} ends its output with a line end, which becomes the last character "
            "of the secret."
        )
        instead = "printf '%s' '…' |" if is_text else "openssl rand … | tr -d '\\n' |"
        yield found(_NEWLINE, statement.line, message, instead)


def _placeholder(before: Stage, statement: Statement) -> Iterator[Finding]:
    if before.program not in ("echo", "printf"):
        return
    left_open = _LEFT_OPEN.search(" ".join(before.command[1:]))
    if left_open:
        message = f"{left_open[0]} is stored as it stands; a person has to put the value there."
        yield found(_PLACEHOLDER, statement.line, message, "$NAME, set in your own terminal")
