"""The many words for how bad something is, as the two that are used here."""

from __future__ import annotations

from typing import Literal

from runbook.alerts.payload import text
from runbook.document.definition import Json

CRITICAL = frozenset(
    {"critical", "crit", "error", "emergency", "fatal", "page", "high", "p0", "p1", "sev0", "sev1"}
)


def severity_of(*words: Json) -> Literal["critical", "warning"]:
    """The first that says anything decides; what is not known is a warning."""
    said = next((found for found in (text(word).lower() for word in words) if found), "")
    return "critical" if said in CRITICAL else "warning"
