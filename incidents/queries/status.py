"""What leadership and the public may know: values built field by field from an allow-list.

No row leaves this module: a template can only show what a dataclass here names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from incidents.models import Component, Incident, Update
from incidents.queries.overview import Overview, overview, with_overview
from incidents.queries.wording import stated
from incidents.states import Audience, ComponentState, IncidentState, PhaseState

HISTORY = timedelta(days=90)
WORST = [ComponentState.OFFLINE, ComponentState.DEGRADED, ComponentState.OPERATIONAL]


@dataclass(frozen=True, slots=True)
class ComponentFact:
    name: str
    function: str
    priority: str
    state: str


@dataclass(frozen=True, slots=True)
class UpdateFact:
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PhaseFact:
    """Places are percent of the strip's length; `planned_width` is 0 without a plan."""

    number: int
    title: str
    word: str
    percent: int
    done: int
    total: int
    planned_from: str
    planned_width: str
    actual_from: str
    actual_width: str


@dataclass(frozen=True, slots=True)
class StatusFact:
    """One open incident. `title`, `impact` and `phases` are empty on the public page."""

    pk: int
    number: int
    name: str
    severity: str
    sentence: str
    title: str
    impact: str
    started_at: datetime
    phase_number: int
    phase_count: int
    phases: tuple[PhaseFact, ...]
    now_percent: str
    components: tuple[ComponentFact, ...]
    update: UpdateFact | None
    next_update_at: datetime | None
    next_escalation_at: datetime | None
    is_drill: bool = False
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastFact:
    number: int
    name: str
    severity: str
    title: str
    started_at: datetime
    resolved_at: datetime


def read_public(*, now: datetime) -> list[StatusFact]:
    """For anybody: real incidents; components, phase numbers and words meant for the public."""
    rows = Incident.objects.filter(state=IncidentState.OPEN, is_drill=False)
    return [_public(fact) for fact in _facts(rows, audience=Audience.PUBLIC, now=now)]


def read_internal(visible: QuerySet[Incident], *, now: datetime) -> list[StatusFact]:
    """For signed-in people: the real incidents they may see, with words meant for leadership."""
    rows = visible.filter(state=IncidentState.OPEN, is_drill=False)
    return _facts(rows, audience=Audience.LEADERSHIP, now=now)


def read_board(incident: Incident, *, now: datetime) -> StatusFact:
    rows = Incident.objects.filter(pk=incident.pk)
    return _facts(rows, audience=Audience.LEADERSHIP, now=now)[0]


def read_past(visible: QuerySet[Incident], *, now: datetime) -> list[PastFact]:
    rows = visible.filter(resolved_at__gte=now - HISTORY, is_drill=False).order_by("-resolved_at")
    return [
        PastFact(
            number=row.number,
            name=row.name,
            severity=row.severity,
            title=row.title,
            started_at=row.started_at,
            resolved_at=row.resolved_at,
        )
        for row in rows[:30]
        if row.resolved_at is not None
    ]


def board_updates(incident: Incident) -> list[UpdateFact]:
    rows = incident.updates.filter(audience=Audience.LEADERSHIP)[:10]
    return [UpdateFact(text=row.text, at=row.at) for row in rows]


def _facts(rows: QuerySet[Incident], *, audience: Audience, now: datetime) -> list[StatusFact]:
    seen = [
        overview(row, now=now) for row in with_overview(rows).order_by("severity", "started_at")
    ]
    ids = [one.incident.pk for one in seen]
    updates: dict[int, Update] = {}
    for update in Update.objects.filter(incident__in=ids, audience=audience).order_by("at", "id"):
        updates[update.incident_id] = update
    components: dict[int, list[Component]] = {}
    for component in Component.objects.filter(incident__in=ids):
        components.setdefault(component.incident_id, []).append(component)
    return [
        _fact(one, components.get(one.incident.pk, []), updates.get(one.incident.pk), audience, now)
        for one in seen
    ]


def _fact(
    one: Overview,
    components: list[Component],
    update: Update | None,
    audience: Audience,
    now: datetime,
) -> StatusFact:
    incident, current = one.incident, one.current
    due = next((timer for timer in one.updates_due if timer.key == audience), None)
    phases, now_percent = _strip(one, now)
    return StatusFact(
        pk=incident.pk,
        number=incident.number,
        name=incident.name,
        severity=incident.severity,
        sentence=_sentence(components),
        title=incident.title,
        impact=incident.impact,
        started_at=incident.started_at,
        phase_number=current.phase.position if current else len(one.phases),
        phase_count=len(one.phases),
        phases=phases,
        now_percent=now_percent,
        components=tuple(
            ComponentFact(name=c.name, function=c.function, priority=c.priority, state=c.state)
            for c in components
        ),
        update=UpdateFact(text=update.text, at=update.at) if update else None,
        next_update_at=due.due_at if due else None,
        next_escalation_at=one.ladder.next.at if one.ladder.next else None,
        is_drill=incident.is_drill,
        resolved_at=incident.resolved_at,
    )


def _public(fact: StatusFact) -> StatusFact:
    return StatusFact(
        pk=fact.pk,
        number=fact.number,
        name=fact.name,
        severity=fact.severity,
        sentence=fact.sentence,
        title="",
        impact="",
        started_at=fact.started_at,
        phase_number=fact.phase_number,
        phase_count=fact.phase_count,
        phases=(),
        now_percent="0",
        components=fact.components,
        update=fact.update,
        next_update_at=fact.next_update_at,
        next_escalation_at=None,
    )


def _sentence(components: list[Component]) -> str:
    """Who is offline, who is degraded, in one sentence."""
    named = {
        state: [component.name for component in components if component.state == state]
        for state in WORST[:2]
    }
    clauses = [stated(names, state) for state, names in named.items() if names]
    if not clauses:
        return "Every component is operational." if components else "The service is affected."
    return " and ".join(clauses) + "."


def _strip(one: Overview, now: datetime) -> tuple[tuple[PhaseFact, ...], str]:
    """Phases laid out in time: the plan end to end, what happened where it happened."""
    start = one.incident.started_at
    until = one.incident.resolved_at or now
    planned = [bar.phase.planned_most or bar.phase.planned_least for bar in one.phases]
    elapsed = max(0.0, (until - start).total_seconds())
    span = max(sum(planned), elapsed, 60.0) * 1.03
    facts, cursor = [], 0.0
    for bar, length in zip(one.phases, planned, strict=True):
        phase = bar.phase
        begin = (phase.started_at - start).total_seconds() if phase.started_at else 0.0
        end = ((phase.completed_at or until) - start).total_seconds() if phase.started_at else 0.0
        is_moving = phase.state != PhaseState.PENDING and phase.started_at is not None
        facts.append(
            PhaseFact(
                number=phase.position,
                title=phase.title,
                word=bar.word,
                percent=bar.percent,
                done=bar.done,
                total=bar.total,
                planned_from=f"{100 * cursor / span:.2f}",
                planned_width=f"{100 * length / span:.2f}",
                actual_from=f"{100 * max(0.0, begin) / span:.2f}",
                actual_width=f"{100 * max(0.0, end - begin) / span:.2f}" if is_moving else "0",
            )
        )
        cursor += length
    return tuple(facts), f"{100 * elapsed / span:.2f}"
