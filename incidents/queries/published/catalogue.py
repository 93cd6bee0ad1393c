"""The components of the service as the status page lists them, with 90 days behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from incidents.models import Component, ComponentSpell, Maintenance, ServiceComponent
from incidents.queries.published.facts import DayFact, PartFact
from incidents.queries.published.ids import opaque
from incidents.queries.published.stretches import (
    Stretch,
    joined,
    midnight,
    seconds_within,
    without,
)
from incidents.states import ComponentState, IncidentState, MaintenanceState

DAYS = 90
BEST_FIRST = [ComponentState.OPERATIONAL, ComponentState.DEGRADED, ComponentState.OFFLINE]
RUNNING = [MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING]


def first_day(now: datetime) -> date:
    return now.date() - timedelta(days=DAYS - 1)


def worst(states: Iterable[str]) -> ComponentState:
    return max(map(ComponentState, states), key=BEST_FIRST.index, default=BEST_FIRST[0])


def read_parts(rows: Sequence[ServiceComponent], *, now: datetime) -> tuple[PartFact, ...]:
    """In the order of `rows`; a number of queries that does not grow with them."""
    spells = _spells(rows, now)
    states = _states()
    worked_on = set(
        Maintenance.objects.filter(state__in=RUNNING).values_list("components", flat=True)
    )
    return tuple(
        _part(
            row,
            spells.get(row.pk, []),
            state=worst(states.get(row.name, ())),
            is_in_maintenance=row.pk in worked_on,
            now=now,
        )
        for row in rows
    )


def _states() -> Mapping[str, list[str]]:
    """How components are in the real incidents that are open, by name."""
    rows = Component.objects.filter(incident__state=IncidentState.OPEN, incident__is_drill=False)
    found: dict[str, list[str]] = {}
    for name, state in rows.values_list("name", "state"):
        found.setdefault(name, []).append(state)
    return found


def _spells(rows: Sequence[ServiceComponent], now: datetime) -> dict[int, list[ComponentSpell]]:
    begin = midnight(first_day(now))
    spells = ComponentSpell.objects.filter(component__in=rows).exclude(ended_at__lt=begin)
    found: dict[int, list[ComponentSpell]] = {}
    for spell in spells:
        found.setdefault(spell.component_id, []).append(spell)
    return found


def _part(
    row: ServiceComponent,
    spells: Sequence[ComponentSpell],
    *,
    state: ComponentState,
    is_in_maintenance: bool,
    now: datetime,
) -> PartFact:
    offline = joined(_stretches(spells, ComponentState.OFFLINE, now))
    degraded = without(joined(_stretches(spells, ComponentState.DEGRADED, now)), offline)
    begin = min(max(row.created_at, midnight(first_day(now))), now)
    known = max((now - begin).total_seconds(), 1.0)
    return PartFact(
        id=opaque("component", row.pk),
        name=row.name,
        function=row.function,
        priority=row.priority,
        position=row.position,
        state=state,
        is_in_maintenance=is_in_maintenance,
        uptime=100 * (1 - seconds_within(offline, begin, now) / known),
        degraded=100 * seconds_within(degraded, begin, now) / known,
        days=tuple(_days(row, offline, degraded, now)),
        listed_at=row.created_at,
        changed_at=_changed(row, spells),
    )


def _stretches(
    spells: Sequence[ComponentSpell], state: ComponentState, now: datetime
) -> list[Stretch]:
    return [(one.began_at, one.ended_at or now) for one in spells if one.state == state]


def _changed(row: ServiceComponent, spells: Sequence[ComponentSpell]) -> datetime:
    return max([row.created_at, *(one.ended_at or one.began_at for one in spells)])


def _days(
    row: ServiceComponent, offline: list[Stretch], degraded: list[Stretch], now: datetime
) -> Iterable[DayFact]:
    first = first_day(now)
    for day in (first + timedelta(days=count) for count in range(DAYS)):
        begin, end = midnight(day), midnight(day + timedelta(days=1))
        down = seconds_within(offline, begin, end)
        slow = seconds_within(degraded, begin, end)
        yield DayFact(
            day=day,
            state=_state_of_day(down, slow, is_listed=row.created_at < end),
            offline_seconds=round(down),
            degraded_seconds=round(slow),
        )


def _state_of_day(down: float, slow: float, *, is_listed: bool) -> ComponentState | None:
    if down:
        return ComponentState.OFFLINE
    if slow:
        return ComponentState.DEGRADED
    return ComponentState.OPERATIONAL if is_listed else None
