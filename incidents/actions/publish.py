"""Telling those outside that the status page says something else now."""

from __future__ import annotations

from incidents import live
from incidents.models import Incident, Update


def published(incident: Incident, update: Update | None = None) -> None:
    """Inside the caller's transaction, once words for the public (`update`), a component or the
    state of an incident have changed: every web process shows it within two seconds. Drills are
    never published."""
    if incident.is_drill:
        return
    live.status_changed()
