"""Alerts that have one cause, together: why they fire is then said once and not at each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from incidents.models import Alert

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Cause(Generic[Item]):
    """`verdict` is "infrastructure", "application" or "" where nobody knows; `because` says why."""

    verdict: str
    because: str
    alerts: tuple[Item, ...]


def by_cause(items: Iterable[Item], alert_of: Callable[[Item], Alert]) -> tuple[Cause[Item], ...]:
    """In the order of the first of each; what fires and what recovered are never together, nor
    alerts of two environments."""
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        alert = alert_of(item)
        key = (alert.state, alert.environment_id, alert.verdict, alert.because)
        found.setdefault(key, []).append(item)
    return tuple(
        Cause(alert_of(same[0]).verdict, alert_of(same[0]).because, tuple(same))
        for same in found.values()
    )
