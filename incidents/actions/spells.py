"""The history behind the status page: since when and until when an incident held a component in
which state. Real incidents alone; the caller holds the incident."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from incidents import clock
from incidents.actions.catalogue import list_components
from incidents.actions.moves import hold
from incidents.actions.publish import closed, published
from incidents.models import Component, ComponentSpell, Incident, ServiceComponent
from incidents.states import ComponentState, IncidentState
from runbook.document import definition


def begin_spells(incident: Incident, document: definition.Runbook, *, at: datetime) -> None:
    """When an incident is declared, or its runbook names more components: they are listed, and are
    from then on as it says."""
    if incident.is_drill:
        return
    list_components(document.components)
    known = set(incident.spells.values_list("component__name", flat=True))
    _note(incident, incident.components.exclude(name__in=known), at)


def catch_up() -> int:
    """Of real incidents that were open before this history was written: their components are
    listed, and are as they are since the incident began. How many incidents; none the next time."""
    rows = Incident.objects.filter(state=IncidentState.OPEN, is_drill=False, spells__isnull=True)
    pks = list(rows.filter(components__isnull=False).distinct().values_list("pk", flat=True))
    for pk in pks:
        with transaction.atomic():
            hold(pk=pk)
            incident = Incident.objects.get(pk=pk)
            list_components(incident.components.all())
            _note(incident, incident.components.all(), incident.started_at)
    return len(pks)


def note_component(incident: Incident, component: Component) -> None:
    """When a component has another state than before."""
    _note(incident, [component], clock.now())


def end_spells(incident: Incident, *, at: datetime) -> None:
    """When an incident is over, nothing is offline because of it any more."""
    if not incident.is_drill:
        incident.spells.filter(ended_at__isnull=True).update(ended_at=at)
    incident.refresh_from_db()
    closed(incident)


def _note(incident: Incident, components: Iterable[Component], at: datetime) -> None:
    if incident.is_drill:
        return
    states = {component.name: component.state for component in components}
    rows = list(ServiceComponent.objects.filter(name__in=states))
    ComponentSpell.objects.filter(
        incident=incident, component__in=rows, ended_at__isnull=True
    ).update(ended_at=at)
    ComponentSpell.objects.bulk_create(
        ComponentSpell(incident=incident, component=row, state=states[row.name], began_at=at)
        for row in rows
        if states[row.name] != ComponentState.OPERATIONAL
    )
    published(incident)
