"""Infrastructure or application, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbook.health.metrics import METRICS
from runbook.health.report import Area, AreaReport, Finding, Report
from runbook.health.thresholds import Layer, Threshold
from runbook.health.verdict import verdict_of

FAILS = Finding(Area.CONNECTOR, "c", "state", "READY", "CREATING", "failed", message="It creates")
WELL = replace(FAILS, verdict="passed", message="")
UNSEEN = replace(FAILS, verdict="unchecked", message="Refused")
NO_ANSWER = Finding(Area.ENDPOINTS, "e", "status", "200", "503", "failed", message="It is down")


def report(*findings: Finding) -> Report:
    areas = tuple(
        AreaReport(area, area.value, tuple(one for one in findings if one.area is area))
        for area in Area
        if any(one.area is area for one in findings)
    )
    return Report("netra", "p", "r", "2026-01-16T00:00:00Z", areas)


def over(layer: Layer) -> Threshold:
    return Threshold("t", "Logins", METRICS["sql.cpu"], 80, 80, layer=layer)


@pytest.mark.parametrize(
    ("findings", "thresholds", "layer"),
    [
        ([WELL], [], ""),
        ([FAILS], [], "infrastructure"),
        ([WELL, NO_ANSWER], [], "application"),
        ([FAILS, NO_ANSWER], [], "infrastructure"),
        ([UNSEEN, NO_ANSWER], [], ""),
        ([NO_ANSWER], [], ""),
        ([WELL], [over("application")], "application"),
        ([WELL], [over("infrastructure")], "infrastructure"),
        ([WELL, NO_ANSWER], [over("infrastructure")], "infrastructure"),
        ([replace(FAILS, severity="warning"), NO_ANSWER], [], "application"),
    ],
)
def test_what_fails_below_explains_what_fails_above(
    findings: list[Finding], thresholds: list[Threshold], layer: str
) -> None:
    assert verdict_of(report(*findings), thresholds).layer == layer


def test_it_says_why() -> None:
    assert verdict_of(report(WELL, NO_ANSWER)).because == (
        "All resources are as expected, and yet: It is down."
    )
    assert "could not be checked" in verdict_of(report(UNSEEN, NO_ANSWER)).because
    assert verdict_of(report(FAILS)).because == "It creates."


def test_counts_are_told_without_what_there_is_none_of() -> None:
    mild = replace(FAILS, severity="warning")
    assert report(FAILS, mild, WELL, WELL).counted == "1 critical, 1 warning, 2 passed"
    assert report(mild, mild, UNSEEN).counted == "2 warnings, 1 not checked"
    assert report().counted == ""
