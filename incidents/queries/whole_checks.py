"""Whole checks: they alone say how an environment stands; a look at some areas does not."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from incidents.health_states import HealthCheckState
from incidents.models import Environment, HealthCheck


def whole_checks() -> QuerySet[HealthCheck]:
    """Those that were made; what could not be made is not among them."""
    return HealthCheck.objects.filter(state=HealthCheckState.DONE, areas=[])


def of_newest(column: str) -> Subquery:
    """A column of the newest whole check, to annotate environments with."""
    own = whole_checks().filter(environment=OuterRef("pk"))
    return Subquery(own.order_by("-requested_at", "-pk").values(column)[:1])


def newest_whole_checks(environments: QuerySet[Environment]) -> QuerySet[HealthCheck]:
    """One for each that has any."""
    return HealthCheck.objects.filter(pk__in=environments.values(newest=of_newest("pk")))
