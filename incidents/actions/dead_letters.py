"""What could not be delivered is said where people look."""

from __future__ import annotations

from django.db import transaction

from incidents import clock, timeline
from incidents.actions.moves import hold
from incidents.models import Notification
from incidents.states import NotificationState

PANELS = ["deliveries"]


def bury(row: Notification, *, only_if: dict[str, object], reason: str) -> bool:
    """End a notification that cannot be delivered; False when it is somebody else's by now.
    `only_if` are columns as whoever sent it left them."""
    rows = Notification.objects.filter(pk=row.pk, **only_if)
    with transaction.atomic():
        if row.incident_id is not None:
            hold(pk=row.incident_id)
        buried = rows.update(
            state=NotificationState.DEAD, ended_at=clock.now(), lease_until=None, error=reason
        )
        if buried and row.incident_id is not None:
            _record(row.incident_id, row, reason)
    return bool(buried)


def receiver_of(row: Notification) -> str:
    """Whom and how, as far as it may be shown."""
    return " by ".join(filter(None, (str(row.person) if row.person else "", row.shown)))


def _record(incident_id: int, row: Notification, reason: str) -> None:
    attempts = f" in {row.attempts} attempts" if row.attempts > 1 else ""
    timeline.record(
        incident_id=incident_id,
        actor=None,
        kind="notification.dead",
        text=f"could not tell {receiver_of(row)} “{row.subject}”{attempts}: {reason}",
        panels=PANELS,
        data={"kind": row.kind, "topic": row.topic, "attempts": row.attempts},
    )
