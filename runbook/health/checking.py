"""The check of an infrastructure: everything is asked for at once, and nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runbook.health.catalogue import areas_known, kinds_known
from runbook.health.definition import Infrastructure, Resource
from runbook.health.findings import Examined, examine
from runbook.health.gathering import Gathering, Question
from runbook.health.kinds import Asked
from runbook.health.report import Area, AreaReport, Report

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

CONCURRENCY = 6
DEADLINE = 30.0


def check(
    infrastructure: Infrastructure,
    session_for: Callable[[], Session],
    *,
    areas: Sequence[Area] = (),
    concurrency: int = CONCURRENCY,
    deadline: float = DEADLINE,
    heard: Callable[[AreaReport], None] | None = None,
    at: datetime | None = None,
) -> Report:
    """What is as expected and what is not, in `areas`, all of them when empty.

    Of each area so many reads go at once as `concurrency` says. It ends within `deadline` seconds;
    what was refused or did not answer by then is `unchecked`.
    Raises no `CloudError`. `heard` is called in this thread with each area, in order, as soon as
    it is known. `at` is the moment that ages are counted from, now by default.
    """
    resources = [one for one in infrastructure.resources if not areas or one.area in areas]
    _import_for(resources)
    started = time.monotonic()
    at = at or datetime.now(UTC)
    looks = [_look(infrastructure, resource, at) for resource in resources]
    questions = [question for look in looks for question in look.questions]
    told: list[AreaReport] = []
    examined: dict[str, Examined] = {}
    with Gathering(session_for, questions, concurrency=concurrency, deadline=deadline) as gathering:
        for area in (area for area in Area if any(look.area is area for look in looks)):
            mine = [look for look in looks if look.area is area]
            found = [look.examined(gathering) for look in mine]
            examined |= zip((look.full_name for look in mine), found, strict=True)
            told.append(_area_report(area, mine, found, gathering))
            if heard is not None:
                heard(told[-1])
    return _report(infrastructure, at, told, examined, time.monotonic() - started)


def _import_for(resources: Sequence[Resource]) -> None:
    """Once in a process. The seconds of a check are those that Google takes, not our imports, and
    what hangs has the whole deadline."""
    kinds = [kinds_known()[section] for section in {one.section for one in resources}]
    for load in {kind.imports for kind in kinds if kind.imports is not None}:
        load()


def _report(
    infrastructure: Infrastructure,
    at: datetime,
    areas: Sequence[AreaReport],
    examined: Mapping[str, Examined],
    seconds: float,
) -> Report:
    return Report(
        infrastructure=infrastructure.name,
        project=infrastructure.project,
        region=infrastructure.region,
        at=at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        areas=tuple(areas),
        seconds=round(seconds, 3),
        measured=tuple(number for found in examined.values() for number in found.measured),
        snapshot={name: found.snapshot for name, found in examined.items() if found.snapshot},
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One resource and the questions about it."""

    asked: Asked
    questions: tuple[Question, ...]

    @property
    def area(self) -> Area:
        return self.asked.resource.area

    @property
    def full_name(self) -> str:
        return kinds_known()[self.asked.resource.section].full_name(self.asked)

    def examined(self, gathering: Gathering) -> Examined:
        kind = kinds_known()[self.asked.resource.section]
        answers = [(one.read, gathering.answer(one)) for one in self.questions]
        return examine(kind, self.asked, answers)

    def seconds(self, gathering: Gathering) -> float:
        return max((gathering.answer(one).seconds for one in self.questions), default=0.0)


def _look(infrastructure: Infrastructure, resource: Resource, at: datetime) -> _Look:
    """Asks what something is expected of; that a resource exists is always asked."""
    kind = kinds_known()[resource.section]
    region = resource.region or infrastructure.region
    asked = Asked(infrastructure.project, region, resource, at)
    expected = {expectation.field for expectation in resource.expectations}
    reads = [
        read
        for number, read in enumerate(kind.reads)
        if expected & set(read.fields) or (kind.asks_existence and not number)
    ]
    return _Look(asked, tuple(Question(kind, asked, read) for read in reads))


def _area_report(
    area: Area, looks: Sequence[_Look], found: Sequence[Examined], gathering: Gathering
) -> AreaReport:
    return AreaReport(
        area=area,
        title=areas_known()[area].title,
        findings=tuple(finding for one in found for finding in one.findings),
        seconds=round(max((look.seconds(gathering) for look in looks), default=0.0), 3),
    )
