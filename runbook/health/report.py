"""What a check of an infrastructure found, as plain values that pages, rows and programs share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Literal, cast

from runbook.document.definition import Json

Severity = Literal["critical", "warning"]
Verdict = Literal["passed", "failed", "unchecked"]
Named = tuple[str, str]
"""An expectation: its resource, and its dotted name in the file."""


class Area(StrEnum):
    """The parts of an infrastructure, in the order in which they are shown: words of `--focus`."""

    CONNECTOR = "vpc-connector"
    DATABASE = "database"
    SECRETS = "secrets"
    SSL = "ssl"
    LOAD_BALANCER = "load-balancer"
    SERVICES = "services"
    ENDPOINTS = "endpoints"


class Status(StrEnum):
    """Critical: something that must hold does not. Degraded: only warnings, or something that must
    hold could not be checked."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation held against what is there.

    `resource` is a full name or a URL, `expectation` the expectation's dotted name in the file
    ("connectors.staging-connector.state"), on its `line`. `expected` and `found` are words for
    people and hold no secret value. `message` is a sentence for what failed or could not be checked
    ("VPC connector state is 'CREATING', expected 'READY'"), "" for what passed. An unchecked one
    says nothing about the resource: whoever asked was refused, or nobody answered in time.

    What `follows` from another failure (its message) counts among its area's issues but is no
    failure of its own. A `is_risk` keeps nothing from working: it is listed, and counts as no issue
    of its area. `fix` is a command line that would mend it, "" where there is none; `action` is
    what a person does then.
    """

    area: Area
    resource: str
    expectation: str
    expected: str
    found: str
    verdict: Verdict
    severity: Severity = "critical"
    message: str = ""
    follows: str = ""
    is_risk: bool = False
    fix: str = ""
    action: str = ""
    line: int = 0

    @property
    def has_failed(self) -> bool:
        """It stands in a list of its own: it failed, and not only since another one did."""
        return self.verdict == "failed" and not self.follows


@dataclass(frozen=True, slots=True)
class Measured:
    """A number that the check came by: how long an endpoint took to answer, days left of a
    certificate. `name` is that of a metric ("endpoint.seconds")."""

    name: str
    subject: str
    value: float


@dataclass(frozen=True, slots=True)
class AreaReport:
    """`title` is the area's name for people, `seconds` how long it took beside the others."""

    area: Area
    title: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def issues(self) -> int:
        """What keeps it from being as expected: failures and what follows from them, no risks."""
        return sum(1 for one in self.findings if one.verdict == "failed" and not one.is_risk)


@dataclass(frozen=True, slots=True)
class Report:
    """`infrastructure` names the file, `at` is the RFC 3339 time of its start in UTC. `snapshot` is
    the configuration found: for each resource its fields by dotted path, without what moves by
    itself and without secret values."""

    infrastructure: str
    project: str
    region: str
    at: str
    areas: tuple[AreaReport, ...]
    seconds: float = 0.0
    measured: tuple[Measured, ...] = ()
    snapshot: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        for area in self.areas:
            yield from area.findings

    @property
    def criticals(self) -> list[Finding]:
        return [one for one in self.findings() if one.has_failed and one.severity == "critical"]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings() if one.has_failed and one.severity == "warning"]

    @property
    def unchecked(self) -> list[Finding]:
        return [one for one in self.findings() if one.verdict == "unchecked"]

    @property
    def passed(self) -> int:
        return sum(1 for one in self.findings() if one.verdict == "passed")

    @property
    def counted(self) -> str:
        """ "2 critical, 1 warning, 8 passed", without what there is none of."""
        warnings = len(self.warnings)
        counts = {
            "critical": len(self.criticals),
            "warning" if warnings == 1 else "warnings": warnings,
            "not checked": len(self.unchecked),
            "passed": self.passed,
        }
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count)

    @property
    def status(self) -> Status:
        if self.criticals:
            return Status.CRITICAL
        return Status.DEGRADED if self.warnings or self.unchecked else Status.HEALTHY

    def as_json(self) -> dict[str, Json]:
        """What `from_json` reads again, with the counts and the status beside it; the snapshot is
        left out, as it is kept apart."""
        counts = {
            "status": self.status.value,
            "criticals": len(self.criticals),
            "warnings": len(self.warnings),
            "unchecked": len(self.unchecked),
            "passed": self.passed,
        }
        written = asdict(self)
        del written["snapshot"]
        return cast("dict[str, Json]", counts | written)


def named(written: Iterable[Json]) -> frozenset[Named]:
    """The expectations of findings as `as_json` wrote them."""
    return frozenset(
        (str(one["resource"]), str(one["expectation"])) for one in written if isinstance(one, dict)
    )


def from_json(written: Mapping[str, Json]) -> Report:
    """A report as `as_json` wrote it, without its snapshot."""
    areas = cast("list[dict[str, Json]]", written["areas"])
    measured = cast("list[dict[str, Json]]", written["measured"])
    names = ("infrastructure", "project", "region", "at", "seconds")
    return Report(
        **{name: written[name] for name in names},  # type: ignore[arg-type]  # as_json wrote them
        areas=tuple(_area(one) for one in areas),
        measured=tuple(Measured(**one) for one in measured),  # type: ignore[arg-type]
    )


def _area(written: Mapping[str, Json]) -> AreaReport:
    findings = cast("list[dict[str, Json]]", written["findings"])
    return AreaReport(
        area=Area(cast("str", written["area"])),
        title=cast("str", written["title"]),
        findings=tuple(finding_from_json(one) for one in findings),
        seconds=cast("float", written["seconds"]),
    )


def finding_from_json(written: Mapping[str, Json]) -> Finding:
    """One finding as `as_json` wrote it."""
    known = dict(written) | {"area": Area(cast("str", written["area"]))}
    return Finding(**known)  # type: ignore[arg-type]  # as_json wrote them
