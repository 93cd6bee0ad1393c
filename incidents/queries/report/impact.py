"""How each component was during an incident, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Component, Incident
from incidents.queries.report.wording import listed, span
from incidents.states import ComponentState
from incidents.visible_text import readable


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch in one state."""

    state: str
    began: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """`spells` are those in which it was not operational, in order."""

    name: str
    function: str
    priority: str
    state: str
    spells: tuple[Spell, ...]

    def seconds_in(self, state: str) -> float:
        return sum(spell.seconds for spell in self.spells if spell.state == state)

    @property
    def sentence(self) -> str:
        """ "offline for 1 h and degraded for 20 min", "" when it was never affected."""
        worst = (ComponentState.OFFLINE, ComponentState.DEGRADED)
        parts = [
            f"{state.value} for {span(self.seconds_in(state))}"
            for state in worst
            if self.seconds_in(state)
        ]
        return listed(parts) if parts else ""


def read_components(incident: Incident, *, until: datetime) -> tuple[ComponentFact, ...]:
    """From what the timeline says, so that drills and old incidents have spells as well."""
    changes: dict[str, list[tuple[datetime, str, str]]] = {}
    entries = incident.timeline.filter(kind="component.changed").order_by("number")
    for at, data in entries.values_list("at", "data"):
        change = (at, data.get("before", ""), data.get("after", ""))
        changes.setdefault(data.get("component", ""), []).append(change)
    return tuple(
        _fact(component, changes.get(component.name, []), incident.started_at, until)
        for component in incident.components.all()
    )


def _fact(
    component: Component,
    changes: list[tuple[datetime, str, str]],
    start: datetime,
    until: datetime,
) -> ComponentFact:
    return ComponentFact(
        name=readable(component.name),
        function=readable(component.function),
        priority=readable(component.priority),
        state=component.state,
        spells=tuple(_spells(component.state, changes, start, until)),
    )


def _spells(
    state: str, changes: list[tuple[datetime, str, str]], start: datetime, until: datetime
) -> Iterable[Spell]:
    began, now = start, changes[0][1] if changes else state
    for at, _before, after in [*changes, (until, "", "")]:
        if now != ComponentState.OPERATIONAL and at > began:
            yield Spell(now, began, at)
        began, now = at, after
