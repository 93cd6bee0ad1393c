"""What the reader of documents noticed: keys, marks, text that was decoded wrongly, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.document import front_matter, parameters
from runbook.lint.document import Document, Place
from runbook.lint.finding import Finding, Rule, found

_DOCUMENT = Rule("document", "warning", "what the reader noticed; it says how grave it is")
_EXAMPLE = Rule("example-only", "note", "expected output that is shown and not checked")
_UNKNOWN = Rule("unknown-parameter", "note", "a name that neither document nor environment sets")
RULES = (_DOCUMENT, _EXAMPLE, _UNKNOWN)

_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_SET = re.compile(r"(?:^|[\s;(])(?:for\s+|read\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)(?:=|\s+in\s)")
_INTO_A_SECRET = re.compile(r"\|\s*gcloud\s+secrets\s+(?:create|versions\s+add)\b")
_SHELL_NAMES = {"HOME", "PATH", "PWD", "USER", "HOSTNAME", "SHELL", "RANDOM", "SECONDS", "TMPDIR"}


def findings(document: Document) -> Iterator[Finding]:
    for problem in document.runbook.problems:
        what = problem.what.rstrip(".") + "."
        yield Finding(problem.line, problem.severity, _DOCUMENT.code, what, problem.instead)
    yield from _examples(document)
    yield from _unknown(document)


def _examples(document: Document) -> Iterator[Finding]:
    for step in document.steps:
        for command in step.commands:
            if command.example and not command.checks:
                message = "The output shown for this command is an example and is not checked."
                yield found(_EXAMPLE, command.span.first, message, "Expect: `…`")


def _unknown(document: Document) -> Iterator[Finding]:
    """Each name once, where it is first used."""
    head = front_matter.span(document.lines)
    declared = front_matter.read(document.lines, head).parameters if head else ()
    known = {parameter.name for parameter in declared} | set(parameters.FROM_ENVIRONMENT)
    said: set[str] = set()
    set_in: dict[str, int] = {}
    for place in document.places:
        for name in _open_names(place):
            if name not in known | said:
                said.add(name)
                message = _why_open(name, place, document, set_in)
                instead = f"parameters: {{{name}: {{value: …, about: …}}}}"
                yield found(_UNKNOWN, place.line, message, instead)
        for name in _SET.findall(place.command.text):
            set_in.setdefault(name, place.line)


def _why_open(name: str, place: Place, document: Document, set_in: dict[str, int]) -> str:
    if name in set_in:
        return (
            f"{name} gets its value in line {set_in[name]}, which is not run from here: make it a "
            "parameter, and give it what that command prints."
        )
    readings = document.readings_by_place.get(place.line, [])
    is_runnable = any(reading.commands for reading in readings)
    so = ", so this is shown and copied, and not run" if is_runnable else ""
    return f"Nothing gives {name} a value{so}."


def _open_names(place: Place) -> list[str]:
    """None for a value that becomes a secret: a parameter of the runbook is no place for it."""
    if _INTO_A_SECRET.search(place.command.text):
        return []
    text = re.sub(r"'[^'\n]*'", "", place.command.text)
    bound = set(_SET.findall(f"{place.setting}\n{text}")) | _SHELL_NAMES
    used = dict.fromkeys(braced or plain for braced, plain in _NAME.findall(text))
    return [name for name in used if name not in bound]
