"""Whose fault it is: the infrastructure's or the application's, and why that is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from runbook.health.report import Area, Finding, Report
from runbook.health.thresholds import Layer, Threshold

INFRASTRUCTURE = frozenset(Area) - {Area.ENDPOINTS}
"""Areas that say how resources are; endpoints say what comes out of them."""

_MOST_NAMED = 3
_WELL = "All resources are as expected"


class Verdict(NamedTuple):
    """`layer` is "" while nothing is wrong, or nothing can be said."""

    layer: Layer | str = ""
    because: str = ""


def verdict_of(report: Report, over: Sequence[Threshold] = ()) -> Verdict:
    """What fails below explains what fails above it, never the other way round. A failure of an
    endpoint with all resources as expected is the application's; where resources could not be
    checked, that is not known."""
    below = [one.message for one in report.criticals if one.area in INFRASTRUCTURE]
    below += [_crossed(one) for one in over if one.layer == "infrastructure"]
    above = [one.message for one in report.criticals if one.area not in INFRASTRUCTURE]
    above += [_crossed(one) for one in over if one.layer == "application"]
    if below:
        rest = " What fails in the application follows from it as far as one can tell."
        return Verdict("infrastructure", f"{_named(below)}{rest if above else ''}")
    if not above:
        return Verdict()
    unseen = [one for one in report.unchecked if one.area in INFRASTRUCTURE]
    if unseen:
        return Verdict("", f"{_named(above)} {_doubt(unseen)}")
    if not any(area.area in INFRASTRUCTURE for area in report.areas):
        return Verdict("", f"{_named(above)} No resource was checked, so the layer is not known.")
    well = "Nothing critical is wrong with any resource" if report.warnings else _WELL
    return Verdict("application", f"{well}, and yet: {_named(above)}")


def _crossed(threshold: Threshold) -> str:
    return f"{threshold.title} is {threshold.limit}."


def _named(sentences: Sequence[str]) -> str:
    named = " ".join(
        one if one.endswith((".", "!", "?")) else f"{one}." for one in sentences[:_MOST_NAMED]
    )
    more = len(sentences) - _MOST_NAMED
    return f"{named} And {more} more." if more > 0 else named


def _doubt(unseen: Sequence[Finding]) -> str:
    count = len(unseen)
    what = "One expectation of a resource" if count == 1 else f"{count} expectations of resources"
    return f"{what} could not be checked, so the layer is not known."
