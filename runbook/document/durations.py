"""Planned times as people write them: "1 hour", "2-4 hours", "~15 min", "1h30m"."""

from __future__ import annotations

import re

from runbook.document.definition import DurationRange

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 366 * 86400

_NUMBER = r"\d{1,6}(?:\.\d{1,3})?"
_UNIT_NAME = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)"
_UNIT = _UNIT_NAME + r"\b"
_AMOUNT = re.compile(rf"({_NUMBER})\s*({_UNIT})", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![\w.])({_NUMBER})\s*(?:-|\u2013|\u2014|to)\s*({_NUMBER})[\s-]*({_UNIT})", re.IGNORECASE
)
_SINGLE = re.compile(
    rf"(?<![\w.])({_NUMBER})[\s-]*({_UNIT})(?:\s*({_NUMBER})\s*({_UNIT}))?", re.IGNORECASE
)
_WHOLE = re.compile(rf"\s*~?\s*(?:{_NUMBER}\s*{_UNIT_NAME}\s*)+", re.IGNORECASE)


def seconds(text: str) -> int | None:
    """The whole text as one length of time; None when it is not one or is longer than a year."""
    if len(text) > 40 or not _WHOLE.fullmatch(text):
        return None
    return _bounded(sum(_in_seconds(number, unit) for number, unit in _amounts(text)))


def find(text: str) -> DurationRange | None:
    """The first length of time named anywhere in the text."""
    single, several = _SINGLE.search(text), _RANGE.search(text)
    if several and (single is None or several.start() <= single.start()):
        least, most, unit = several.groups()
        return _range(_in_seconds(least, unit), _in_seconds(most, unit))
    if single is None:
        return None
    number, unit, more, smaller = single.groups()
    total = _in_seconds(number, unit) + (_in_seconds(more, smaller) if more else 0)
    return _range(total, total)


def words(value: int) -> str:
    """Seconds as people say them: "2 h", "1 h 30 min", "45 s"."""
    hours, rest = divmod(value, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def _amounts(text: str) -> list[tuple[str, str]]:
    return [(m[1], m[2]) for m in re.finditer(rf"({_NUMBER})\s*([a-z]+)", text, re.IGNORECASE)]


def _in_seconds(number: str, unit: str) -> int:
    return round(float(number) * _SECONDS[unit[0].lower()])


def _bounded(value: int) -> int | None:
    return value if value <= _LONGEST else None


def _range(least: int, most: int) -> DurationRange | None:
    if _bounded(max(least, most)) is None:
        return None
    return DurationRange(least=min(least, most), most=max(least, most))
