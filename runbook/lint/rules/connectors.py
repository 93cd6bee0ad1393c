"""VPC connectors: what Google does with them that a single command does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import GcloudWords, gcloud_commands

_OVER_FAILED = Rule(
    "connector-over-failed", "warning", "a create in place of a failed connector that still exists"
)
_SCALE_DOWN = Rule("connector-scale-down", "warning", "words that promise to scale one down")
RULES = (_OVER_FAILED, _SCALE_DOWN)

_CREATE = "compute networks vpc-access connectors create"
_DELETE = "compute networks vpc-access connectors delete"
_FAILED = re.compile(r"\b(?:fail(?:s|ed|ing)?|error|broken|recreate|unhealthy)\b", re.IGNORECASE)
_DOWN = re.compile(
    r"\bscal(?:e|es|ed|ing)(?:\s+\w+){0,3}\s+(?:back|down)\b|\b(?:shrink|downscale|downsize)\b",
    re.IGNORECASE,
)
_CONNECTOR = re.compile(r"\bconnectors?\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|cannot|only|delete|deleted|no)\b|n't\b", re.IGNORECASE)


def findings(document: Document) -> Iterator[Finding]:
    deleted: set[str] = set()
    for command in gcloud_commands(document):
        if command.begins(_DELETE):
            deleted.add(command.operand(_DELETE))
        if command.begins(_CREATE) and command.operand(_CREATE) not in deleted:
            yield from _over_failed(command, document)
    yield from _scale_down(document)


def _over_failed(command: GcloudWords, document: Document) -> Iterator[Finding]:
    if not _FAILED.search(document.words_around(command.line)):
        return
    name = command.operand(_CREATE)
    message = (
        f"A failed connector still exists, and Google answers 409 to a create of {name}: delete "
        "what is left of it first."
    )
    kept = [f"--{flag}={command.flags[flag]}" for flag in _PLACE if flag in command.flags]
    yield found(_OVER_FAILED, command.line, message, " ".join(["gcloud", _DELETE, name, *kept]))


_PLACE = ("region", "project")


def _scale_down(document: Document) -> Iterator[Finding]:
    for number, line in document.words():
        if _DOWN.search(line) and _CONNECTOR.search(line) and not _DENIED.search(line):
            message = (
                "A connector only scales up. Going back means to delete it and create it again, "
                "an outage for everything behind it."
            )
            instead = f"gcloud {_DELETE} NAME --region=REGION --project=PROJECT"
            yield found(_SCALE_DOWN, number, message, instead)
