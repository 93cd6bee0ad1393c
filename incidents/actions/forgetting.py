"""Notifications that ended long ago are forgotten: whom they reached, and what they said.

What happened stays on the timeline, which also says that and how many were forgotten. Comments of
GitHub issues are kept with their updates, whose address they are.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from incidents import clock, timeline
from incidents.actions.moves import hold
from incidents.actions.one_by_one import one_by_one
from incidents.models import Incident, Notification
from incidents.queries.deliveries import FORGOTTEN
from incidents.states import IncidentState, NotificationState

PAUSE = timedelta(hours=1)
ROWS_AT_ONCE = 2000
INCIDENTS_AT_ONCE = 50
UNENDED = (NotificationState.WAITING, NotificationState.SENDING)

_next_at: dict[str, datetime] = {}
"""When this process looks again; any number of clocks may do so."""


def forget_old_notifications() -> int:
    """A sweep of the clock, once an hour and a bounded part each time; how many were forgotten."""
    now, days = clock.now(), settings.NOTIFICATION_DAYS
    if days <= 0 or _next_at.get("", now) > now:
        return 0
    _next_at[""] = now + PAUSE
    before = now - timedelta(days=days)

    def forget(incident_id: int) -> int:
        return _of(incident_id, before)

    return _of_no_incident(before) + one_by_one(forget, _closed_incidents(before))


def _of_no_incident(before: datetime) -> int:
    old = _old(before).filter(incident=None).order_by("pk")
    forgotten, _ = _old(before).filter(pk__in=list(_ids(old)[:ROWS_AT_ONCE])).delete()
    return forgotten


def _closed_incidents(before: datetime) -> list[int]:
    """Those of which everything ended long enough ago: each is forgotten, and says so, once."""
    closed = Incident.objects.exclude(state=IncidentState.OPEN)
    old = _old(before).filter(incident__in=closed).exclude(incident__in=_with_newer(before))
    found = old.order_by("incident").values_list("incident", flat=True).distinct()
    return [pk for pk in found[:INCIDENTS_AT_ONCE] if pk is not None]


def _with_newer(before: datetime) -> QuerySet[Notification, int | None]:
    rows = Notification.objects.filter(incident__isnull=False)
    newer = rows.filter(ended_at__gte=before) | rows.filter(state__in=UNENDED)
    return newer.order_by().values_list("incident", flat=True)


def _of(incident_id: int, before: datetime) -> int:
    """Of two clocks the second finds nothing."""
    with transaction.atomic():
        hold(pk=incident_id)
        old = _old(before).filter(incident=incident_id)
        states = Counter(old.order_by().values_list("state", flat=True))
        if not states:
            return 0
        old.delete()
        ends = ", ".join(f"{states[state]} {_words(state)}" for state in sorted(states))
        timeline.record(
            incident_id=incident_id,
            actor=None,
            kind=FORGOTTEN,
            text=f"forgot who was told in detail, {settings.NOTIFICATION_DAYS} days after: {ends}",
            panels=["deliveries"],
            data={"forgotten": dict(states), "before": before.isoformat()},
        )
    return states.total()


def _words(state: str) -> str:
    return {"dead": "not delivered", "cancelled": "not needed"}.get(state, state)


def _old(before: datetime) -> QuerySet[Notification]:
    ended = Notification.objects.filter(ended_at__lt=before).exclude(state__in=UNENDED)
    return ended.exclude(kind__startswith="github ")


def _ids(rows: QuerySet[Notification]) -> QuerySet[Notification, int]:
    return rows.values_list("pk", flat=True)
