"""Incidents that are to mend what a check of an environment found."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.text import slugify

from incidents.models import Environment, Incident
from incidents.states import IncidentState


def slug_of_fixes(environment: Environment) -> str:
    """Of the runbook that is written anew for each proposal."""
    return f"fix-{slugify(environment.name)}"[:80]


def open_mending(environment: Environment) -> QuerySet[Incident]:
    """The newest first."""
    own = Incident.objects.filter(environment=environment, state=IncidentState.OPEN)
    return own.filter(revision__runbook__slug=slug_of_fixes(environment)).order_by("-pk")
