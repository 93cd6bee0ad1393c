"""What must hold before a fix may be signed off, as an infrastructure file says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from runbook.health.report import Area, Severity


class Category(StrEnum):
    """The parts of a validation, in the order in which they are shown."""

    INFRASTRUCTURE = "infrastructure"
    SERVICES = "services"
    PERFORMANCE = "performance"
    RELIABILITY = "reliability"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class OfAreas:
    """Every expectation of these areas, each with its own severity."""

    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class OfPage:
    """Each of `tries` requests is answered with `status`, within so many seconds."""

    url: str
    status: int = 200
    within: float = 30.0
    tries: int = 1


@dataclass(frozen=True, slots=True)
class OfSocket:
    """A WebSocket opens within so many seconds."""

    url: str
    within: float = 10.0


@dataclass(frozen=True, slots=True)
class OfMetric:
    """The newest value of the metric (`runbook.health.metrics`), of each of its subjects."""

    metric: str
    limit: float
    is_above: bool = False


@dataclass(frozen=True, slots=True)
class OfLogs:
    """At most so many log entries that fit, in the last `over` seconds."""

    condition: str
    at_most: int = 0
    over: int = 900


@dataclass(frozen=True, slots=True)
class OfSteps:
    """The exit criteria of the incident's runbook, ticked by people."""


What: TypeAlias = OfAreas | OfPage | OfSocket | OfMetric | OfLogs | OfSteps


@dataclass(frozen=True, slots=True)
class Criterion:
    """With severity "warning" it counts in the rate and does not hold up its category. Without a
    `title` it is called by what it looks at."""

    what: What
    title: str = ""
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True)
class Group:
    category: Category
    criteria: tuple[Criterion, ...]
    is_critical: bool = False


@dataclass(frozen=True, slots=True)
class Criteria:
    """A fix may be signed off when `pass_rate` percent of what could be checked passed, and all of
    each critical category."""

    groups: tuple[Group, ...]
    pass_rate: float = 80.0

    @property
    def critical(self) -> frozenset[Category]:
        return frozenset(group.category for group in self.groups if group.is_critical)

    def criteria(self) -> Iterator[tuple[Category, Criterion]]:
        for group in self.groups:
            for criterion in group.criteria:
                yield group.category, criterion


_BUILT = (Area.CONNECTOR, Area.DATABASE, Area.SECRETS, Area.SSL, Area.LOAD_BALANCER)
OTHERWISE = Criteria(
    (
        Group(Category.INFRASTRUCTURE, (Criterion(OfAreas(_BUILT)),), is_critical=True),
        Group(Category.SERVICES, (Criterion(OfAreas((Area.SERVICES,))),), is_critical=True),
        Group(Category.RELIABILITY, (Criterion(OfAreas((Area.ENDPOINTS,))),), is_critical=True),
        Group(Category.BUSINESS, (Criterion(OfSteps()),)),
    )
)
"""What counts where a file says nothing about it."""
