"""Whether people have made an incident theirs that a rule about alerts declared."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from incidents.models import Incident
from incidents.source import BY_RULE

WORK = (
    "incident.declared",
    "incident.mitigated",
    "incident.severity",
    "handover.taken",
    "handover.accepted",
    "handoff.",
    "update.posted",
    "phase.completed",
    "step.",
    "run.requested",
    "run.undo_requested",
    "command.",
    "parameters.",
    "component.changed",
    "runbook.reread",
)
"""How the kinds of entries begin that are somebody's work. Who acknowledges, puts off a level,
decides about a change or looks at something has taken nothing out of a rule's hands."""


def who_works_on(incident: Incident) -> str:
    """Who did the last of it, "" while nobody has; what a rule does in somebody's name is none."""
    is_work = reduce(or_, (Q(kind__startswith=kind) for kind in WORK))
    own = incident.timeline.filter(is_work, actor__isnull=False).select_related("actor")
    last = own.exclude(source__startswith=BY_RULE).order_by("-number").first()
    if last is None or last.actor is None:
        return ""
    return last.actor.get_full_name() or last.actor.get_username()
