"""Incidents as strangers know them: name, stage, components, and the words meant for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q

from incidents.models import (
    Component,
    ComponentSpell,
    Incident,
    ServiceComponent,
    Timer,
    Update,
)
from incidents.queries.published.catalogue import DAYS, worst
from incidents.queries.published.facts import (
    AffectedFact,
    DisruptionFact,
    Indicator,
    WordsFact,
)
from incidents.queries.published.ids import opaque
from incidents.queries.wording import listed
from incidents.states import (
    Audience,
    ComponentState,
    IncidentState,
    PublicStage,
    Severity,
    TimerKind,
    TimerState,
)

MOST = 200
IMPACTS: Mapping[str, Indicator] = {
    Severity.P0: "critical",
    Severity.P1: "major",
    Severity.P2: "minor",
    Severity.P3: "minor",
    Severity.P4: "none",
}


@dataclass(slots=True)
class _Gathered:
    """What belongs to one incident, from several tables."""

    components: list[Component] = field(default_factory=list)
    spells: list[ComponentSpell] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)


def read_disruptions(
    rows: Sequence[ServiceComponent], *, now: datetime
) -> tuple[list[DisruptionFact], dict[str, int]]:
    """Real incidents, open or over within 90 days, newest first, that concern one of the
    components `rows` or that the public was told of; and whose row each is, by its id. Where there
    are too many, those that are over are left out first."""
    since = now - timedelta(days=DAYS)
    closed = Q(state=IncidentState.RESOLVED, resolved_at__gte=since)
    found = Incident.objects.filter(Q(state=IncidentState.OPEN) | closed, is_drill=False)
    open_first = found.order_by(F("resolved_at").desc(nulls_first=True), "-started_at")[:MOST]
    incidents = sorted(open_first, key=lambda one: one.started_at, reverse=True)
    facts, rows_of = [], {}
    for pk, fact in _facts(incidents, rows, now):
        facts.append(fact)
        rows_of[fact.id] = pk
    return facts, rows_of


def read_disruption(incident: Incident, *, now: datetime) -> DisruptionFact | None:
    """One incident as strangers may know it, None when it is none of theirs."""
    rows = list(ServiceComponent.objects.filter(is_public=True))
    return next((fact for _, fact in _facts([incident], rows, now)), None)


def _facts(
    incidents: Sequence[Incident], rows: Sequence[ServiceComponent], now: datetime
) -> Iterator[tuple[int, DisruptionFact]]:
    gathered = _gather(incidents)
    catalogue = {row.name: row for row in rows}
    for incident in incidents:
        own = gathered[incident.pk]
        fact = _fact(incident, own, catalogue, now)
        if fact.parts or fact.words or incident.public_title:
            yield incident.pk, fact


def _gather(incidents: Sequence[Incident]) -> dict[int, _Gathered]:
    found = {incident.pk: _Gathered() for incident in incidents}
    for component in Component.objects.filter(incident__in=incidents):
        found[component.incident_id].components.append(component)
    for spell in ComponentSpell.objects.filter(incident__in=incidents):
        found[spell.incident_id].spells.append(spell)
    for update in Update.objects.filter(incident__in=incidents, audience=Audience.PUBLIC):
        found[update.incident_id].updates.append(update)
    due = Timer.objects.filter(kind=TimerKind.UPDATE, key=Audience.PUBLIC)
    for timer in due.filter(incident__in=incidents).exclude(state=TimerState.CANCELLED):
        found[timer.incident_id].timers.append(timer)
    return found


def _fact(
    incident: Incident, own: _Gathered, catalogue: Mapping[str, ServiceComponent], now: datetime
) -> DisruptionFact:
    parts = tuple(_parts(incident, own, catalogue))
    due = _next_words_at(incident, own.timers)
    return DisruptionFact(
        id=opaque("incident", incident.pk),
        title=incident.public_title or _title(parts),
        stage=PublicStage(incident.public_stage) if incident.is_open else PublicStage.RESOLVED,
        impact=IMPACTS[incident.severity],
        started_at=incident.started_at,
        resolved_at=None if incident.is_open else incident.resolved_at,
        changed_at=_changed(incident, own),
        parts=parts,
        words=tuple(map(_words, own.updates)),
        next_words_at=due,
        are_words_overdue=due is not None and due <= now,
    )


def _parts(
    incident: Incident, own: _Gathered, catalogue: Mapping[str, ServiceComponent]
) -> list[AffectedFact]:
    """What it has or had in another state than operational."""
    found = []
    for component in own.components:
        row = catalogue.get(component.name)
        if row is None:
            continue
        held = [spell.state for spell in own.spells if spell.component_id == row.pk]
        if held or component.state != ComponentState.OPERATIONAL:
            state = component.state if incident.is_open else worst(held)
            found.append(AffectedFact(opaque("component", row.pk), row.name, ComponentState(state)))
    return found


def _title(parts: Sequence[AffectedFact]) -> str:
    names = [part.name for part in parts]
    return f"Service disruption: {listed(names)}" if names else "Service disruption"


def _words(update: Update) -> WordsFact:
    return WordsFact(
        id=opaque("update", update.pk),
        stage=PublicStage(update.stage or PublicStage.INVESTIGATING),
        text=update.text,
        at=update.at,
    )


def _next_words_at(incident: Incident, timers: Sequence[Timer]) -> datetime | None:
    """The newest timer's moment: posting an update makes a newer one."""
    if not incident.is_open or not timers:
        return None
    return max(timers, key=lambda timer: timer.occurrence).due_at


def _changed(incident: Incident, own: _Gathered) -> datetime:
    spells = [spell.ended_at or spell.began_at for spell in own.spells]
    words = [update.at for update in own.updates]
    ends = [incident.resolved_at] if incident.resolved_at else []
    return max([incident.started_at, *spells, *words, *ends])
