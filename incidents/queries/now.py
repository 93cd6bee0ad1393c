"""The first page: what is open, what waits for me, what was resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from incidents.models import Incident
from incidents.queries.overview import Overview, overview, with_overview
from incidents.states import IncidentState

RECENT = 6


@dataclass(frozen=True, slots=True)
class Now:
    """Open incidents by severity, then age; drills apart; late updates; the last resolved."""

    incidents: tuple[Overview, ...]
    drills: tuple[Overview, ...]
    overdue: tuple[Overview, ...]
    recent: tuple[Incident, ...]


def read_now(visible: QuerySet[Incident], *, now: datetime) -> Now:
    open_rows = with_overview(visible.filter(state=IncidentState.OPEN)).order_by(
        "severity", "started_at"
    )
    seen = [overview(incident, now=now) for incident in open_rows]
    closed = visible.exclude(state=IncidentState.OPEN).select_related("environment", "commander")
    return Now(
        incidents=tuple(one for one in seen if not one.incident.is_drill),
        drills=tuple(one for one in seen if one.incident.is_drill),
        overdue=tuple(one for one in seen if one.is_update_overdue),
        recent=tuple(closed.order_by("-resolved_at", "-number")[:RECENT]),
    )
