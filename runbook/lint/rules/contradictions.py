"""Two places of one document that cannot both be right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import GcloudWords, gcloud_commands

_CONTRADICTION = Rule("contradiction", "note", "two values for the same field of the same resource")
RULES = (_CONTRADICTION,)

_VERBS = {"create", "update", "patch"}
_NOT_FIELDS = {
    "project",
    "region",
    "zone",
    "location",
    "global",
    "format",
    "quiet",
    "database-flags",
}
_PROTOCOLS = {"http", "https", "http2", "tcp", "ssl", "grpc"}
_CONDITION = re.compile(r"\W*(?:if|when|unless|in case)\b", re.IGNORECASE)
_CONNECTOR = re.compile(r"\bconnector", re.IGNORECASE)
_FACTS = {
    "machine type": re.compile(r"\b(?:f1|[cen]\d[a-z]?)-(?:micro|small|medium|standard-\d+)\b"),
    "range": re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}\b"),
}


def findings(document: Document) -> Iterator[Finding]:
    yield from _between_commands(document)
    yield from _about_the_connector(document)


def _between_commands(document: Document) -> Iterator[Finding]:
    """Each differing value, against what the resource was given first; a rollback goes back,
    and a step that begins with a condition is one of several ways."""
    said: dict[tuple[str, str], tuple[int, str]] = {}
    going_back = [phase.span for phase in document.runbook.phases if phase.is_rollback]
    for command in gcloud_commands(document):
        is_back = any(span.first <= command.line <= span.last for span in going_back)
        step = document.step_at(command.line)
        is_one_way = step is not None and _CONDITION.match(step.title) is not None
        resource = "" if is_back or is_one_way else _resource(command)
        for flag, value in command.flags.items() if resource else ():
            if flag in _NOT_FIELDS or "$" in value:
                continue
            line, other = said.setdefault((resource, flag), (command.line, value))
            if value != other:
                message = f"--{flag}={value}, and line {line} gives {other} to the same resource."
                yield found(_CONTRADICTION, command.line, message)


def _resource(command: GcloudWords) -> str:
    """Kind and name of what a command makes or changes, or ""."""
    at = next((n for n, word in enumerate(command.path) if word in _VERBS), 0)
    operands = [word for word in command.path[at + 1 :] if word not in _PROTOCOLS]
    return " ".join([*command.path[:at], operands[0]]) if at and operands else ""


def _about_the_connector(document: Document) -> Iterator[Finding]:
    """What words and settings say of the connector as it is, against what was said first."""
    said: dict[str, tuple[int, str]] = {}
    for number, line in _sentences(document):
        for name, pattern in _FACTS.items():
            values = set(pattern.findall(line))
            if len(values) != 1:
                continue
            value = values.pop()
            first, other = said.setdefault(name, (number, value))
            if value != other:
                message = f"The connector's {name} is {value} here and {other} in line {first}."
                yield found(_CONTRADICTION, number, message)


def _sentences(document: Document) -> Iterator[tuple[int, str]]:
    """Lines that speak of a connector, and all lines of a fence of settings that does."""
    about = {number for number, line in document.words() if _CONNECTOR.search(line)}
    for element in document.elements:
        is_settings = element.kind == "fence" and "gcloud" not in element.text
        if is_settings and _CONNECTOR.search(element.text):
            about |= {number for number, _line in document.numbered(element)}
    return ((number, document.lines[number - 1]) for number in sorted(about))
