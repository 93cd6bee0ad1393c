"""Whether a number is over its threshold, for long enough to count, and whether it has cleared.

A threshold goes normal → rising → over → falling → normal. It only moves on readings: a minute of
which nothing is known is neither over nor normal, and after a gap the waiting begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

from runbook.health.thresholds import Threshold

GAPS = 3
"""Intervals without a reading after which nothing is known of a number."""

SLOWEST = 300.0
"""Seconds: numbers of Cloud Monitoring are written as often as that."""

LATE = 1.1
"""So many times as long as usual between two readings, and one is missing."""

State = Literal["normal", "rising", "over", "falling"]


class Reading(NamedTuple):
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a threshold stands for one subject: in `state` since `since`; `value` was read last, at
    `read_at`."""

    state: State
    since: datetime
    value: float
    read_at: datetime

    @property
    def counts(self) -> bool:
        """It has been over for long enough, and has not cleared for long enough since."""
        return self.state in ("over", "falling")


class _Stage(NamedTuple):
    start: State
    between: State
    end: State


_RISING = _Stage("normal", "rising", "over")
_FALLING = _Stage("over", "falling", "normal")


def judge(
    threshold: Threshold,
    standing: Standing | None,
    readings: Iterable[Reading],
    *,
    longest_gap: float,
) -> Standing | None:
    """How it stands after those of the readings that are newer than the last one judged, oldest
    first. None while nothing was ever read.

    More than `longest_gap` seconds without a reading, three intervals, say nothing about what was
    between: what was rising or falling starts over with the first reading after them. So it does
    after fewer that are more than its own time, unless readings come as seldom as that: two alone
    must not make up a time of which nothing is known.
    """
    ordered = sorted(readings)
    seldom = LATE * _usual_gap(ordered, longest_gap / GAPS)
    for reading in ordered:
        if standing is None:
            standing = _stepped(threshold, _unknown(reading), reading)
        elif reading.at > standing.read_at:
            gap = min(longest_gap, max(_needed(threshold, standing), seldom))
            standing = _stepped(threshold, _resumed(standing, reading, gap), reading)
    return standing


def _usual_gap(ordered: Sequence[Reading], interval: float) -> float:
    """How many seconds are between two; of one alone it is taken to come once in an interval."""
    gaps = [(after.at - before.at).total_seconds() for before, after in pairwise(ordered)]
    return min(median(gaps), max(SLOWEST, interval)) if gaps else interval


def _needed(threshold: Threshold, standing: Standing) -> float:
    return threshold.clears_seconds if standing.counts else threshold.seconds


def is_stale(standing: Standing, now: datetime, *, longest_gap: float) -> bool:
    return (now - standing.read_at).total_seconds() > longest_gap


def _unknown(reading: Reading) -> Standing:
    return Standing("normal", reading.at, reading.value, reading.at)


def _resumed(standing: Standing, reading: Reading, longest_gap: float) -> Standing:
    if (reading.at - standing.read_at).total_seconds() <= longest_gap:
        return standing
    if standing.state in ("rising", "falling"):
        return replace(standing, since=reading.at)
    return standing


def _stepped(threshold: Threshold, standing: Standing, reading: Reading) -> Standing:
    """From either end the way to the other has one stage, which must last."""
    needed = _needed(threshold, standing)
    if standing.counts:
        moves, stage = threshold.is_cleared_by(reading.value), _FALLING
    else:
        moves, stage = threshold.is_crossed_by(reading.value), _RISING
    state, since = standing.state, standing.since
    if not moves:
        state, since = stage.start, since if state == stage.start else reading.at
    elif state == stage.start:
        state, since = stage.between, reading.at
    if state == stage.between and (reading.at - since).total_seconds() >= needed:
        state, since = stage.end, reading.at
    return Standing(state, since, reading.value, reading.at)
