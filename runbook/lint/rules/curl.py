"""curl whose output is not what the runbook takes it for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.shell_text import Pipeline, Stage, Statement

_PROGRESS = Rule("curl-progress", "warning", "the first line of curl's output is its progress")
_FORMAT_FILE = Rule("curl-format-file", "warning", "`-w @FILE` with a file the runbook lacks")
_SAYS_BOTH = Rule("curl-says-both", "warning", "`-f -w … || echo` prints both on a failure")
RULES = (_PROGRESS, _FORMAT_FILE, _SAYS_BOTH)


def findings(document: Document) -> Iterator[Finding]:
    written = {w for s in document.statements for stage in s.stages for w in stage.redirections}
    for statement in document.statements:
        for pipeline in statement.pipelines:
            stage = pipeline.stages[0]
            if stage.program == "curl":
                yield from _progress(statement, pipeline)
                yield from _format_file(statement, stage, written)
                yield from _says_both(statement, pipeline)


def _progress(statement: Statement, pipeline: Pipeline) -> Iterator[Finding]:
    stage = pipeline.stages[0]
    is_piped = len(pipeline.stages) > 1 and "2>&1" in stage.redirections
    if is_piped and not _has(stage, "s", "--silent"):
        message = (
            "Without -s curl writes its progress first, so what is read here is the head of that "
            "table and not the answer."
        )
        instead = pipeline.text.replace("curl ", "curl -s ", 1).replace(" 2>&1", "", 1)
        yield found(_PROGRESS, statement.line, message, instead)


def _format_file(statement: Statement, stage: Stage, written: set[str]) -> Iterator[Finding]:
    file = _value(stage, "w", "--write-out").partition("@")
    if file[1] and not file[0] and f">{file[2]}" not in written:
        message = (
            f"The file {file[2]} does not come with the runbook; without it curl only warns, "
            "prints nothing and ends with 0."
        )
        instead = '-w "%{http_code} %{time_total}\\n"'
        yield found(_FORMAT_FILE, statement.line, message, instead)


def _says_both(statement: Statement, pipeline: Pipeline) -> Iterator[Finding]:
    stage = pipeline.stages[0]
    tells = "||" in statement.joins and statement.pipelines[0] is pipeline
    if tells and _has(stage, "f", "--fail") and _value(stage, "w", "--write-out"):
        message = (
            "With -f curl prints the words of -w and then fails, so an answer of 404 shows both "
            "lines; the status alone tells it."
        )
        instead = re.sub(r"(?<=\s)-f\s|(?<=\s-)f|f(?=\s)", "", pipeline.text, count=1)
        yield found(_SAYS_BOTH, statement.line, message, instead)


def _has(stage: Stage, letter: str, long: str) -> bool:
    """Whether a flag is given, also among others as in `-sI`."""
    short = re.compile(rf"-[A-Za-z#]*{letter}[A-Za-z#]*")
    return any(word == long or short.fullmatch(word) for word in stage.command[1:])


def _value(stage: Stage, letter: str, long: str) -> str:
    words = stage.command
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith(f"{long}="):
            return word.partition("=")[2]
        if word == long or re.fullmatch(rf"-[A-Za-z#]*{letter}", word):
            return following
    return ""
