"""Stretches of time and how long they are together, counting what overlaps once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

Stretch = tuple[datetime, datetime]


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, with those that touch or overlap made one."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > begin:
            found.append((begin, end))
    return found


def seconds_within(stretches: Iterable[Stretch], begin: datetime, end: datetime) -> float:
    """How much of `joined` stretches lies between two moments."""
    cuts = ((max(start, begin), min(stop, end)) for start, stop in stretches)
    return sum((stop - start).total_seconds() for start, stop in cuts if stop > start)


def without(stretches: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """What of `joined` stretches no other covers."""
    left = list(stretches)
    for begin, end in others:
        left = [piece for one in left for piece in _cut(one, begin, end)]
    return left


def _cut(one: Stretch, begin: datetime, end: datetime) -> list[Stretch]:
    start, stop = one
    pieces = [(start, min(stop, begin)), (max(start, end), stop)]
    return [(first, last) for first, last in pieces if last > first]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
