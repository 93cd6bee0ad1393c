"""Whether something that somebody could not be told still matters."""

from __future__ import annotations

from incidents.models import Notification

PASSING = ("escalation", "update due", "approval", "handoff", "phase overrun")
"""Kinds that mean nothing any more once their incident is closed."""

SETTLED = "settled"
"""The key of a dead letter's data that says when somebody saw to it: "3 May 14:03 UTC"."""


def why_settled(row: Notification) -> str:
    """A sentence when nobody needs to be told of it any more, else "". Its incident is loaded."""
    if row.incident is not None and not row.incident.is_open and row.kind in PASSING:
        return f"{row.incident.name} is {row.incident.state}."
    at = row.data.get(SETTLED)
    return f"Somebody saw to it on {at}." if at else ""
