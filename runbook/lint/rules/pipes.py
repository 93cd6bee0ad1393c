"""What stands around a command and makes its failure look like something else."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.lint.document import Document, Place
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.shell_text import Pipeline, Stage, Statement

_PIPE_STATUS = Rule("pipe-status", "warning", "`||` behind a pipe looks at the last program only")
_HIDDEN = Rule("hidden-failure", "warning", "every failure is hidden or told as one")
_RANGE = Rule("brace-range", "warning", "`{1..10}` is one word for sh; a note in a bash block")
RULES = (_PIPE_STATUS, _HIDDEN, _RANGE)

_ALWAYS_FINE = {"head", "tail", "cat", "sort", "tee", "wc", "sed", "awk", "cut", "tr", "uniq"}
_ALL_OUTPUT = ({">/dev/null", "2>&1"}, {"1>/dev/null", "2>&1"}, {"&>/dev/null"})
_MOST_WORDS = 20
_KNOW_RANGES = ("bash", "zsh")


def findings(document: Document) -> Iterator[Finding]:
    minds_pipes = any("pipefail" in stage.words for s in document.statements for stage in s.stages)
    for place in document.places:
        for statement in place.statements:
            if not minds_pipes:
                yield from _pipe_status(statement)
            yield from _hidden(statement)
            yield from _ranges(statement, place)


def _pipe_status(statement: Statement) -> Iterator[Finding]:
    for pipeline in statement.pipelines[: len(statement.joins)]:
        last = pipeline.stages[-1].program
        if len(pipeline.stages) > 1 and last in _ALWAYS_FINE:
            first = pipeline.stages[0].program
            message = (
                f"The status of this pipe is that of {last}, so what stands behind it happens "
                f"whether {first} fails or not."
            )
            instead = _without_pipe(pipeline) + f" {statement.joins[0]} …"
            yield found(_PIPE_STATUS, statement.line, message, instead)


def _without_pipe(pipeline: Pipeline) -> str:
    return pipeline.text.partition("|")[0].strip().removesuffix("2>&1").strip()


def _hidden(statement: Statement) -> Iterator[Finding]:
    """A failure that is told as one thing (`|| echo MISSING`), its own words thrown away."""
    tells = statement.is_condition or "||" in statement.joins
    first = statement.pipelines[0].stages[0]
    if not tells or first.program not in ("gcloud", "curl", "openssl"):
        return
    hidden = set(first.redirections)
    if any(needed <= hidden for needed in _ALL_OUTPUT) or "2>/dev/null" in hidden:
        message = (
            "What went wrong is thrown away: a refused permission (403), an answer of 503 and a "
            "fault of the network all look like a thing that is missing."
        )
        is_change = first.command[:3] == ("gcloud", "compute", "ssh")
        yield found(_HIDDEN, statement.line, message, "" if is_change else _plain(first))


def _plain(stage: Stage) -> str:
    """The command without dressing; a secret's value becomes the state of its version."""
    words = list(stage.command)
    if words[:4] == ["gcloud", "secrets", "versions", "access"]:
        words[3] = "describe"
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def _ranges(statement: Statement, place: Place) -> Iterator[Finding]:
    words = statement.pipelines[0].stages[0].words
    if words[:1] != ("for",):
        return
    for word in words[3:]:
        if word.startswith("{") and ".." in word:
            message = f"{word} is a range for bash only; sh makes one pass with the word itself."
            instead = f"for {words[1]} in {_written_out(word)}"
            finding = found(_RANGE, statement.line, message, instead)
            yield _as_note(finding) if place.language in _KNOW_RANGES else finding


def _written_out(word: str) -> str:
    first, _, last = word.strip("{}").partition("..")
    is_short = first.isdecimal() and last.isdecimal() and 0 < int(last) - int(first) < _MOST_WORDS
    if not is_short:
        return f"$(seq {first} {last})"
    width = len(first) if first.startswith("0") or last.startswith("0") else 0
    return " ".join(f"{number:0{width}}" for number in range(int(first), int(last) + 1))


def _as_note(finding: Finding) -> Finding:
    return Finding(finding.line, "note", finding.code, finding.message, finding.instead)
