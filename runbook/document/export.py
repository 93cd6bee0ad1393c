"""From a runbook back to its file."""

from __future__ import annotations

from runbook.document.definition import Runbook


def export(runbook: Runbook) -> bytes:
    """The bytes that were read, every one of them: line ends, marks and spaces included."""
    return runbook.source
