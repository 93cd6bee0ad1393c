"""What tests of telling do, a helper for each."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents import encryption
from incidents.actions import tell
from incidents.models import Channel, Incident, Notification

KEY = "whsec_" + b64encode(b"a key of twenty-four byte").decode()

of_apprise = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""It loads all its services with the first."""


def channel_of(
    person: User | None, kind: str = "email", address: str = "o@example.com", **columns: Any
) -> Channel:
    return Channel.objects.create(
        **{
            "person": person,
            "name": f"my {kind}",
            "kind": kind,
            "sealed_address": encryption.seal(address),
            "sealed_key": encryption.seal(KEY),
            "shown": "somewhere",
            "created_by": person,
            "created_at": datetime(2026, 11, 1, tzinfo=UTC),
            **columns,
        }
    )


def tell_whom(incident: Incident, *to: str, **columns: Any) -> int:
    """Tell whom these words mean of the incident's first level."""
    event = {
        "kind": "escalation",
        "incident": incident,
        "topic": f"{incident.name} level 1",
        "key": f"{incident.name} level 1",
        "to": to,
        "subject": "Two hours: nobody knows the cause",
        "body": "Decide whether to roll back.",
        "link": "/incidents/1/",
    }
    return tell.tell(tell.Event(**(event | columns)))


def told(incident: Incident, person: User, **columns: Any) -> Notification:
    """The row of the person's only channel."""
    tell_whom(incident, people=[person], **columns)
    return Notification.objects.get(channel__isnull=False)


def waiting() -> list[tuple[str, float]]:
    """What is still to be sent: which way, and seconds until then."""
    rows = Notification.objects.filter(state="waiting").order_by("due_at", "pk")
    return [
        (row.shown.partition(" (")[0], (row.due_at - row.created_at).total_seconds())
        for row in rows
    ]


def again(row: Notification) -> Notification:
    row.refresh_from_db()
    return row
