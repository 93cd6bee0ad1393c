"""The findings of a document: every rule of the folder `rules`, in the order of the lines."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from runbook.document.source import Unreadable
from runbook.lint import rules
from runbook.lint.document import open_document
from runbook.lint.finding import Finding, Rule, found

_UNREADABLE = Rule("unreadable", "error", "the file is not a text that can be read")
_ORDER = {"error": 0, "warning": 1, "note": 2}


def findings_in(source: bytes, *, file_name: str = "runbook.md") -> tuple[Finding, ...]:
    """Never raises; asks nobody."""
    try:
        document = open_document(source, file_name=file_name)
    except Unreadable as error:
        return (unreadable(str(error)),)
    said = dict.fromkeys(f for module in _modules() for f in module.findings(document))
    return tuple(sorted(said, key=lambda f: (f.line, _ORDER[f.severity], f.code, f.message)))


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
