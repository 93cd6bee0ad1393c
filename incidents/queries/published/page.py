"""The status page as one value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from incidents.models import ServiceComponent
from incidents.queries.published.catalogue import first_day, read_parts
from incidents.queries.published.disruptions import read_disruptions
from incidents.queries.published.facts import (
    INDICATORS,
    DisruptionFact,
    Indicator,
    MonthFact,
    PageFact,
    PartFact,
    WorkFact,
)
from incidents.queries.published.ids import opaque
from incidents.queries.published.stretches import midnight
from incidents.queries.published.works import read_works
from incidents.queries.wording import listed, stated
from incidents.states import ComponentState, MaintenanceState

CALM = "All systems are operational."


def read_page(*, now: datetime, is_public: bool = True) -> PageFact:
    """For strangers; or, if not `is_public`, with the components that only people who have signed
    in may know."""
    return read_page_with_rows(now=now, is_public=is_public)[0]


def read_page_with_rows(*, now: datetime, is_public: bool) -> tuple[PageFact, dict[str, int]]:
    """The page, and which incident's row each of its disruptions is."""
    every = ServiceComponent.objects.all()
    rows = list(every.filter(is_public=True) if is_public else every)
    disruptions, rows_of = read_disruptions(rows, now=now)
    return _page(read_parts(rows, now=now), disruptions, read_works(rows, now=now), now), rows_of


def _page(
    parts: tuple[PartFact, ...],
    disruptions: Sequence[DisruptionFact],
    works: Sequence[WorkFact],
    now: datetime,
) -> PageFact:
    ongoing = tuple(one for one in disruptions if one.is_open)
    ahead = tuple(work for work in works if work.is_ahead or work.is_running)
    return PageFact(
        id=opaque("page"),
        sentence=_sentence(parts, ongoing, ahead),
        indicator=_indicator(parts, ongoing),
        parts=parts,
        disruptions=ongoing,
        works=ahead,
        past=tuple(_months(disruptions, works)),
        changed_at=max(_moments_of_change(parts, disruptions, works), default=_begin(now)),
    )


def _sentence(
    parts: Sequence[PartFact], ongoing: Sequence[DisruptionFact], works: Sequence[WorkFact]
) -> str:
    """Who is offline, who is degraded; else that there is trouble, or work, or neither."""
    clauses = [
        stated([part.name for part in parts if part.state == state], state)
        for state in (ComponentState.OFFLINE, ComponentState.DEGRADED)
    ]
    said = " and ".join(clause for clause in clauses if clause)
    if said:
        return f"{said}."
    if ongoing:
        return "The service is disrupted."
    running = [work.title for work in works if work.is_running]
    return f"Planned maintenance is under way: {listed(running)}." if running else CALM


def _indicator(parts: Sequence[PartFact], ongoing: Sequence[DisruptionFact]) -> Indicator:
    """The worst impact of an incident, or what components say if that is worse."""
    states = [part.state for part in parts]
    said: list[Indicator] = [one.impact for one in ongoing]
    if ComponentState.DEGRADED in states:
        said.append("minor")
    if ComponentState.OFFLINE in states:
        is_everything = all(state == ComponentState.OFFLINE for state in states)
        said.append("critical" if is_everything else "major")
    return max(said, key=INDICATORS.index, default="none")


def _months(
    disruptions: Iterable[DisruptionFact], works: Iterable[WorkFact]
) -> Iterable[MonthFact]:
    over = [one for one in disruptions if not one.is_open]
    done = [work for work in works if work.state == MaintenanceState.COMPLETED]
    firsts = {_first(one.started_at) for one in over} | {_first(work.starts_at) for work in done}
    for first in sorted(firsts, reverse=True):
        yield MonthFact(
            first=first,
            disruptions=tuple(one for one in over if _first(one.started_at) == first),
            works=tuple(work for work in reversed(done) if _first(work.starts_at) == first),
        )


def _first(at: datetime) -> date:
    return at.date().replace(day=1)


def _begin(now: datetime) -> datetime:
    """Where all that is shown begins: nothing has changed since."""
    return midnight(first_day(now))


def _moments_of_change(
    parts: Sequence[PartFact], disruptions: Sequence[DisruptionFact], works: Sequence[WorkFact]
) -> list[datetime]:
    found = [part.changed_at for part in parts] + [one.changed_at for one in disruptions]
    return found + [work.changed_at for work in works]
