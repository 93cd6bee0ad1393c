"""What is healthy: an infrastructure file once it has been read, as plain frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from runbook.cloud.hosts import USUAL_PORTS
from runbook.document.definition import Json
from runbook.health.criteria import Criteria
from runbook.health.metrics import METRICS, Metric
from runbook.health.report import Area, Severity
from runbook.health.thresholds import Threshold

Comparison = Literal["is", "at_least", "at_most", "above", "below", "one_of", "includes"]
COMPARISONS: tuple[Comparison, ...] = (
    "is",
    "at_least",
    "at_most",
    "above",
    "below",
    "one_of",
    "includes",
)

_BEYOND = ("above", "below")
"""Comparisons that their own limit does not satisfy."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison with the value that was found."""

    comparison: Comparison
    wanted: Json


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold of one field of a resource; all `bounds` at once.

    `key` tells the entries of a field apart that has several ("max_connections" of `flags`).
    `message` and `action` are the file's own words, "" for the usual ones.
    """

    field: str
    bounds: tuple[Bound, ...]
    line: int
    key: str = ""
    severity: Severity = "critical"
    is_risk: bool = False
    message: str = ""
    action: str = ""

    @property
    def name(self) -> str:
        return f"{self.field}.{self.key}" if self.key else self.field


@dataclass(frozen=True, slots=True)
class Resource:
    """`section` is its place in the file ("connectors"). `region` is its own, "" for that of the
    file, or for none where a resource is global. `options` is what else the section takes."""

    section: str
    area: Area
    name: str
    expectations: tuple[Expectation, ...]
    line: int
    region: str = ""
    options: Mapping[str, Json] = field(default_factory=dict)

    def expects(self, field: str) -> list[Expectation]:
        return [one for one in self.expectations if one.field == field]

    def wanted(self, field: str, key: str = "") -> Json:
        """A value that would do: what it must be, or the limit that it may reach; None where the
        file leaves it open."""
        bounds = [bound for bound in self._bounds(field, key) if bound.comparison not in _BEYOND]
        bounds.sort(key=lambda bound: COMPARISONS.index(bound.comparison))
        wanted = bounds[0].wanted if bounds else None
        first_of = isinstance(wanted, list) and bounds[0].comparison == "one_of"
        return wanted[0] if first_of and isinstance(wanted, list) and wanted else wanted

    def limits(self, field: str) -> list[float]:
        """All numbers that a field is held against."""
        told = (bound.wanted for bound in self._bounds(field))
        return [float(number) for number in told if isinstance(number, int | float)]

    def _bounds(self, field: str, key: str = "") -> list[Bound]:
        return [bound for one in self.expects(field) if one.key == key for bound in one.bounds]

    def most(self, field: str) -> int:
        """The greatest that a number may be, 0 where the file does not say."""
        bounds = (bound for one in self.expects(field) for bound in one.bounds)
        told = (bound.wanted for bound in bounds if bound.comparison in ("is", "at_most"))
        return min((number for number in told if isinstance(number, int)), default=0)

    def least(self, field: str) -> int:
        """The least that a number must be, 0 where the file does not say."""
        bounds = (bound for one in self.expects(field) for bound in one.bounds)
        told = (bound.wanted for bound in bounds if bound.comparison in ("is", "at_least"))
        return max((number for number in told if isinstance(number, int)), default=0)


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """`name` is the file's own without its ending; `resources` stand in the order of their areas.
    `validation` says when a fix holds."""

    name: str
    title: str
    project: str
    region: str
    resources: tuple[Resource, ...]
    thresholds: tuple[Threshold, ...]
    validation: Criteria

    @property
    def areas(self) -> tuple[Area, ...]:
        """Those that have a resource, as they are shown."""
        named = {resource.area for resource in self.resources}
        return tuple(area for area in Area if area in named)

    def of(self, area: Area) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.area is area)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Those that every file may name, and its own, by name."""
        own = {one.metric.name: one.metric for one in self.thresholds}
        return own | dict(METRICS)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its probes ask, in order; with the port where that is none of the usual,
        as `Target.allowed_hosts` has them."""
        asked = (one.name for one in self.resources if one.area is Area.ENDPOINTS)
        parts = (urlsplit(name if "://" in name else f"//{name}") for name in asked)
        return tuple(dict.fromkeys(_host(one) for one in parts))


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if parts.port in (None, *USUAL_PORTS) else f"{host}:{parts.port}"
