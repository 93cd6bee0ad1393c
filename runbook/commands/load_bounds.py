"""The numbers of a load as people write them, within the bounds that every load has here."""

from __future__ import annotations

import re

from runbook.cloud.loads import MOST_SECONDS
from runbook.commands.base import NotRunnable

_NUMBER = re.compile(r"[1-9]\d{0,6}")
_SPAN = re.compile(r"([1-9]\d{0,5})(s|m)")


def number_within(text: str, most: int, what: str) -> int:
    """Raises `NotRunnable`."""
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise NotRunnable(f"A load has 1 to {most} {what} here, not {text}.")
    return int(text)


def seconds_of(text: str) -> float:
    """Raises `NotRunnable`."""
    span = _SPAN.fullmatch(text)
    seconds = int(span[1]) * (60 if span[2] == "m" else 1) if span else 0
    if not 0 < seconds <= MOST_SECONDS:
        raise NotRunnable(f"A load lasts at most {MOST_SECONDS:g} s here, written as 30s or 2m.")
    return float(seconds)
