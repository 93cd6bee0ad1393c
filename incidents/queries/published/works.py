"""Planned maintenance as strangers know it. Words with secrets are refused when they are written;
those from before that was so, or before a pattern was set, are read without them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from incidents.models import Maintenance, MaintenanceUpdate, ServiceComponent
from incidents.queries.published.catalogue import DAYS
from incidents.queries.published.facts import AffectedFact, WorkFact, WorkWordsFact
from incidents.queries.published.ids import opaque
from incidents.redacting import redactor_with
from incidents.states import ComponentState, MaintenanceState

MOST = 200
OVER = [MaintenanceState.COMPLETED, MaintenanceState.CANCELLED]


def read_works(rows: Sequence[ServiceComponent], *, now: datetime) -> list[WorkFact]:
    """Ahead, running, or over within 90 days; soonest first. Work on none but components that are
    not among `rows` is left out."""
    over = Q(state__in=OVER, ends_at__gte=now - timedelta(days=DAYS))
    found = Maintenance.objects.filter(~Q(state__in=OVER) | over)
    newest = found.prefetch_related("components", "updates").order_by("-ends_at")[:MOST]
    works = sorted(newest, key=lambda work: work.starts_at)
    shown = {row.pk for row in rows}
    facts = []
    for work in works:
        components = list(work.components.all())
        listed = [component for component in components if component.pk in shown]
        if listed or not components:
            facts.append(_fact(work, listed))
    return facts


def read_work(work: Maintenance) -> WorkFact | None:
    """One of them as strangers may know it, None when it is none of theirs."""
    components = list(work.components.all())
    listed = [component for component in components if component.is_public]
    return _fact(work, listed) if listed or not components else None


def _fact(work: Maintenance, components: Sequence[ServiceComponent]) -> WorkFact:
    updates = list(work.updates.all())
    ends = [work.completed_at] if work.completed_at else []
    return WorkFact(
        id=opaque("maintenance", work.pk),
        title=_shown(work.title),
        text=_shown(work.words),
        state=MaintenanceState(work.state),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
        completed_at=work.completed_at,
        planned_at=work.created_at,
        changed_at=max([work.created_at, *ends, *(update.at for update in updates)]),
        parts=tuple(
            AffectedFact(opaque("component", one.pk), one.name, ComponentState.OPERATIONAL)
            for one in components
        ),
        words=tuple(map(_words, updates)),
    )


def _words(update: MaintenanceUpdate) -> WorkWordsFact:
    return WorkWordsFact(
        id=opaque("maintenance update", update.pk),
        state=MaintenanceState(update.state),
        text=_shown(update.text),
        at=update.at,
    )


def _shown(text: str) -> str:
    return redactor_with({}, []).text(text)
