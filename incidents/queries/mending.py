"""Incidents that are to mend what a check of an environment found, and alerts about the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.text import slugify

from incidents.health_states import AlertSeverity
from incidents.models import Alert, Environment, Incident, TimelineEntry
from incidents.states import IncidentState
from runbook.health.report import Named, named
from runbook.health.thresholds import BLIND, CHECK, DRIFT

PROPOSED = "health.proposed"
"""The entry of a timeline whose data has what the incident `mends`: resources and expectations."""


def slug_of_fixes(environment: Environment) -> str:
    """Of the runbook that is written anew for each proposal."""
    return f"fix-{slugify(environment.name)}"[:80]


def open_mending(environment: Environment) -> QuerySet[Incident]:
    """The newest first."""
    own = Incident.objects.filter(environment=environment, state=IncidentState.OPEN)
    return own.filter(revision__runbook__slug=slug_of_fixes(environment)).order_by("-pk")


def mended_in(incidents: Iterable[Incident]) -> dict[int, frozenset[Named]]:
    """By incident: the expectations that it was proposed to mend."""
    told = TimelineEntry.objects.filter(incident__in=[one.pk for one in incidents], kind=PROPOSED)
    return {
        pk: frozenset((str(resource), str(name)) for resource, name in data.get("mends", []))
        for pk, data in told.values_list("incident_id", "data")
    }


def is_about(alert: Alert, mended: frozenset[Named]) -> bool:
    """Whether the monitor's alert tells of nothing but what is to be mended: a check of none but
    these critical expectations, a threshold of one of these resources."""
    threshold = alert.labels.get("threshold", "")
    if threshold == CHECK:
        critical = [one for one in alert.findings if _is_critical(one)]
        return bool(critical) and named(critical) <= mended
    if threshold in ("", BLIND, DRIFT):
        return False
    return _short(alert.labels.get("subject", "")) in {_short(resource) for resource, _ in mended}


def _is_critical(finding: object) -> bool:
    return isinstance(finding, dict) and finding.get("severity") == AlertSeverity.CRITICAL


def _short(name: str) -> str:
    """Numbers are of "staging-db" or "project:staging-db", checks of ".../instances/staging-db"."""
    return name if "://" in name else name.rpartition("/")[2].rpartition(":")[2]
