"""A report as people read it: what is wrong first, in its area, what holds folded by resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from runbook.document.definition import Json
from runbook.health.report import AreaReport, Finding, Report, finding_from_json, from_json


class Look(StrEnum):
    """How a finding, an area or a resource stands, the loudest first."""

    CRITICAL = "critical"
    WARNING = "warning"
    UNCHECKED = "unchecked"
    FOLLOWS = "follows"
    RISK = "risk"
    PASSED = "passed"


LOUDNESS = list(Look)
LONG = 60


@dataclass(frozen=True, slots=True)
class Row:
    """`name` is what is expected of the resource, without the resource: "state". `has_own_fix` is
    False where an earlier row has the same command."""

    finding: Finding
    look: Look
    name: str
    has_own_fix: bool = True

    @property
    def repeats_found(self) -> bool:
        """The sentence tells at length what was found already."""
        return len(self.finding.found) > LONG and self.finding.found in self.finding.message


@dataclass(frozen=True, slots=True)
class Held:
    """A resource with everything that is there as expected."""

    resource: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One area. `loud` is what does not hold or could not be checked, `held` the rest."""

    area: str
    title: str
    look: Look
    loud: tuple[Row, ...]
    held: tuple[Held, ...]
    seconds: float

    @property
    def own(self) -> tuple[Row, ...]:
        """The loud ones that follow from nothing else."""
        return tuple(row for row in self.loud if row.look != Look.FOLLOWS)

    @property
    def following(self) -> tuple[Row, ...]:
        return tuple(row for row in self.loud if row.look == Look.FOLLOWS)

    @property
    def passed(self) -> int:
        return sum(len(one.rows) for one in self.held)

    @property
    def total(self) -> int:
        return len(self.loud) + self.passed


@dataclass(frozen=True, slots=True)
class Matrix:
    """`parts` have the worst first; `tiles` are the same in the order of the file. `verdict` is
    "infrastructure", "application" or "", `because` why."""

    report: Report
    parts: tuple[Part, ...]
    tiles: tuple[Part, ...]
    verdict: str
    because: str

    @property
    def calm(self) -> int:
        """How many areas are as expected."""
        return sum(1 for part in self.parts if not part.loud)

    @property
    def fixes(self) -> int:
        """How many command lines would mend something, each counted once."""
        return len({row.finding.fix for part in self.parts for row in part.loud} - {""})


def read_matrix(written: Mapping[str, Json]) -> Matrix:
    """Of `HealthCheck.report`."""
    report = from_json(written)
    tiles = tuple(_part(area) for area in report.areas)
    return Matrix(
        report=report,
        parts=tuple(sorted(tiles, key=lambda part: LOUDNESS.index(part.look))),
        tiles=tiles,
        verdict=str(written.get("verdict") or ""),
        because=str(written.get("because") or ""),
    )


def rows_of(findings: Iterable[Json]) -> tuple[Row, ...]:
    """Of findings that an alert keeps; what cannot be read is left out."""
    found = (_finding(one) for one in findings)
    return _sorted(_row(one) for one in found if one is not None)


def look_of(finding: Finding) -> Look:
    if finding.verdict == "passed":
        return Look.PASSED
    if finding.verdict == "unchecked":
        return Look.UNCHECKED
    if finding.follows:
        return Look.FOLLOWS
    if finding.is_risk:
        return Look.RISK
    return Look(finding.severity)


def _part(area: AreaReport) -> Part:
    rows = [_row(finding) for finding in area.findings]
    loud = _fixes_once(_sorted(row for row in rows if row.look != Look.PASSED))
    return Part(
        area=area.area.value,
        title=area.title,
        look=loud[0].look if loud else Look.PASSED,
        loud=loud,
        held=_by_resource(row for row in rows if row.look == Look.PASSED),
        seconds=area.seconds,
    )


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: LOUDNESS.index(row.look)))


def _fixes_once(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What follows from something else shows no command."""
    told: set[str] = set()
    found = []
    for row in rows:
        found.append(replace(row, has_own_fix=row.finding.fix not in told))
        if row.look != Look.FOLLOWS:
            told.add(row.finding.fix)
    return tuple(found)


def _by_resource(rows: Iterable[Row]) -> tuple[Held, ...]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.finding.resource, []).append(row)
    return tuple(Held(resource, tuple(held)) for resource, held in found.items())


def _row(finding: Finding) -> Row:
    return Row(finding=finding, look=look_of(finding), name=_name(finding))


def _name(finding: Finding) -> str:
    """The expectation's dotted name without its section and resource, whose own may hold dots."""
    _, _, tail = finding.expectation.partition(".")
    parts = finding.resource.split("/")
    for start in range(len(parts)):
        resource = "/".join(parts[start:]) + "."
        if tail.startswith(resource):
            return tail.removeprefix(resource)
    return tail.rpartition(".")[2] or finding.expectation


def _finding(written: Json) -> Finding | None:
    try:
        return finding_from_json(written) if isinstance(written, dict) else None
    except (TypeError, ValueError, KeyError):
        return None
