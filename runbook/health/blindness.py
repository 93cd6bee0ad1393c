"""Checks that were made and found nothing out: whoever asked was refused, or nobody answered."""

from __future__ import annotations

from collections import Counter

from runbook.health.report import Report
from runbook.health.verdict import INFRASTRUCTURE


def why_blind(report: Report) -> str:
    """A sentence, "" where something was found out. Endpoints answer whatever Google does, so they
    count only where nothing else is expected."""
    resources = [one for one in report.findings() if one.area in INFRASTRUCTURE]
    asked = resources or list(report.findings())
    if not asked or any(one.verdict != "unchecked" for one in asked):
        return ""
    ((why, _),) = Counter(one.message for one in asked).most_common(1)
    return f"None of {len(asked)} expectations could be checked. {why}"
