"""What lint says about one line of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` names it in lower case with hyphens; `about` is one line for the docs.

    An `error` is what gcloud refuses, or what keeps the document from being read as meant; a
    `warning` what gcloud takes and Google refuses, or what does harm; a `note` is worth knowing.
    """

    code: str
    severity: Severity
    about: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` is 1-based; for a command it is the line on which the command begins. `message` is a
    whole sentence, `instead` what to write in its place, or ""."""

    line: int
    severity: Severity
    code: str
    message: str
    instead: str = ""


def found(rule: Rule, line: int, message: str, instead: str = "") -> Finding:
    return Finding(line, rule.severity, rule.code, message, instead)


STOPPED = Rule("stopped-early", "warning", "there is more than lint looks at or shows")
