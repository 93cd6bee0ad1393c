"""The one place that writes what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from incidents import clock, live
from incidents.models import Incident, TimelineEntry


def record(
    *,
    incident_id: int,
    actor: User | None,
    kind: str,
    text: str,
    panels: Sequence[str],
    data: dict[str, Any] | None = None,  # Any: JSON whose shape belongs to `kind`
) -> TimelineEntry:
    """Write one entry inside the caller's transaction and tell the pages when it commits.

    Counting on the incident's row gives numbers without gaps and makes two writers of one incident
    wait for each other. `panels` are the parts of the page that this fact changed.
    """
    Incident.objects.filter(pk=incident_id).update(timeline_count=F("timeline_count") + 1)
    number = Incident.objects.values_list("timeline_count", flat=True).get(pk=incident_id)
    entry = TimelineEntry.objects.create(
        incident_id=incident_id,
        number=number,
        at=clock.now(),
        actor=actor,
        kind=kind,
        text=text,
        data=data or {},
    )
    live.changed(incident_id, [*panels, "timeline"])
    return entry
