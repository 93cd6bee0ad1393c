"""Whether something that somebody could not be told still matters."""

from __future__ import annotations

from incidents.models import Notification
from incidents.queries.level_words import topic_of
from incidents.states import NotificationState

PASSING = ("escalation", "update due", "approval", "handoff", "phase overrun")
"""Kinds that mean nothing any more once their incident is closed."""

SETTLED = "settled"
"""The key of a dead letter's data that says when somebody saw to it: "3 May 14:03 UTC"."""


def why_settled(row: Notification) -> str:
    """A sentence when nobody needs to be told of it any more, else "". Its incident is loaded."""
    if row.incident is not None and not row.incident.is_open and row.kind in PASSING:
        return f"{row.incident.name} is {row.incident.state}."
    at = row.data.get(SETTLED) or _acknowledged(row)
    return f"Somebody saw to it on {at}." if at else ""


def _acknowledged(row: Notification) -> str:
    """When its level was, for letters that died before that was noted in them. Who asks of many
    loads the incident's levels with them."""
    if row.incident is None or row.kind != "escalation" or row.state != NotificationState.DEAD:
        return ""
    levels = {topic_of(one): one.acknowledged_at for one in row.incident.levels.all()}
    at = levels.get(row.topic)
    return f"{at:%-d %b %H:%M} UTC" if at else ""
