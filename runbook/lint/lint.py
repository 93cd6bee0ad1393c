"""The findings of a document: every rule of the folder `rules`, in the order of the lines."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from runbook.document.source import Unreadable
from runbook.lint import rules
from runbook.lint.document import Document, open_document
from runbook.lint.finding import STOPPED, Finding, Rule, found

_UNREADABLE = Rule("unreadable", "error", "the file is not a text that can be read")
MOST_FINDINGS = 1_000
_ORDER = {"error": 0, "warning": 1, "note": 2}


def findings_in(source: bytes, *, file_name: str = "runbook.md") -> tuple[Finding, ...]:
    """Never raises; asks nobody."""
    try:
        document = open_document(source, file_name=file_name)
    except Unreadable as error:
        return (unreadable(str(error)),)
    return tuple(sorted(_gravest(list(_said_once(document))), key=_place))


def _gravest(findings: list[Finding]) -> list[Finding]:
    """As many as somebody may read; a page of all of them would be megabytes."""
    if len(findings) <= MOST_FINDINGS:
        return findings
    kept = sorted(findings, key=lambda finding: (_ORDER[finding.severity], finding.line))
    message = f"Only the gravest {MOST_FINDINGS} of {len(findings)} findings are shown."
    return [*kept[:MOST_FINDINGS], found(STOPPED, 1, message)]


def _said_once(document: Document) -> Iterator[Finding]:
    """What a command says of itself is not said again by a rule with the same code."""
    said: set[tuple[int, str]] = set()
    for module in _modules():
        news = [f for f in module.findings(document) if (f.line, f.code) not in said]
        yield from dict.fromkeys(news)
        said |= {(finding.line, finding.code) for finding in news}


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.line, _ORDER[finding.severity], finding.code, finding.message


def unreadable(message: str) -> Finding:
    """For a file that is not a document."""
    return found(_UNREADABLE, 1, message)


def known_rules() -> tuple[Rule, ...]:
    """Every rule by its code; what commands say of themselves has codes of their own."""
    return tuple(sorted([_UNREADABLE, *_rules()], key=lambda rule: rule.code))


def _rules() -> Iterator[Rule]:
    for module in _modules():
        yield from module.RULES


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(
        importlib.import_module(module.name)
        for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}.")
    )
