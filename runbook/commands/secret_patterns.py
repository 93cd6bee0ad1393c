"""Regular expressions with which operators mark more text as secret."""

from __future__ import annotations

from runbook.commands.base import NotRunnable
from runbook.commands.language.patterns import compiled


def wrong_pattern(pattern: str) -> str:
    """Why this may not mark secrets, as a whole sentence, or ""."""
    try:
        found = compiled(pattern)
    except NotRunnable as error:
        return error.reason
    if found.search(""):
        return f"'{pattern}' matches the empty text, so it marks everything. Write what is secret."
    return ""
