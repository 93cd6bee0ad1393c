"""Escalation levels in words: when one is due, as people say it."""

from __future__ import annotations

from incidents.models import EscalationLevel
from incidents.states import LevelOrigin
from runbook.document.durations import words


def when(level: EscalationLevel) -> str:
    """ "after 2 h", "4 h into phase 2", "30 min after level 1"."""
    span = words(level.after)
    return {
        LevelOrigin.INCIDENT: f"after {span}",
        LevelOrigin.PHASE: f"{span} into phase {level.origin_key}",
        LevelOrigin.UPDATE: f"after {span} without words for {level.origin_key}",
        LevelOrigin.LEVEL: f"{span} after level {level.origin_key}",
    }[LevelOrigin(level.origin)]


def topic_of(level: EscalationLevel) -> str:
    """What one acknowledgement of the level cancels. The incident must be loaded."""
    return f"{level.incident.name} level {level.position}"


def lateness(late: float) -> str:
    """Behind a sentence, once it is worth saying."""
    return f" (fired {late:.0f} s late)" if late >= 5 else ""
