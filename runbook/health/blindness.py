"""Checks that were made and found nothing out: whoever asked was refused, or nobody answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from runbook.health.report import AreaReport, Finding, Named, Report
from runbook.health.verdict import INFRASTRUCTURE

_PERMISSION = re.compile(r"need the permission (\w+(?:\.\w+)+)")
"""As `runbook.cloud` says what who was refused needs."""


def why_blind(report: Report) -> str:
    """A sentence, "" where something was found out. Endpoints answer whatever Google does, so they
    count only where nothing else is expected."""
    resources = [one for one in report.findings() if one.area in INFRASTRUCTURE]
    asked = resources or list(report.findings())
    if not asked or any(one.verdict != "unchecked" for one in asked):
        return ""
    ((why, _),) = Counter(one.message for one in asked).most_common(1)
    return f"None of {len(asked)} expectations could be checked. {why}"


def unchecked_in(area: AreaReport) -> dict[Named, Finding]:
    unchecked = [one for one in area.findings if one.verdict == "unchecked"]
    return {(one.resource, one.expectation): one for one in unchecked}


def why_unseen(area: AreaReport, unseen: Sequence[Finding]) -> str:
    """How much of the area is not seen, the most frequent refusal in its words, and what it does
    not say itself: which permissions the others need. `unseen` is not empty."""
    total = len(area.findings)
    none, some = f"None of {total} expectations could", f"{len(unseen)} of {total} could not"
    how_much = none if len(unseen) == total else some
    ((why, _),) = Counter(one.message for one in unseen).most_common(1)
    others = sorted(_permissions(one.message for one in unseen) - _permissions([why]))
    more = f" Others need the permission {', '.join(others)}." if others else ""
    return f"{how_much} be checked. {why}{more}"


def _permissions(messages: Iterable[str]) -> set[str]:
    return {found for message in messages for found in _PERMISSION.findall(message)}
