"""Whole checks: they alone say how an environment stands; a look at some areas does not."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents import clock
from incidents.health_states import HealthCheckState
from incidents.models import Environment, HealthCheck


def whole_checks() -> QuerySet[HealthCheck]:
    """Those that were made; what could not be made is not among them."""
    return HealthCheck.objects.filter(state=HealthCheckState.DONE, areas=[])


def of_newest(column: str) -> Coalesce:
    """A column of the newest whole check, to annotate environments with. One that was asked for
    before the clock was set back counts only until there is another."""
    own = whole_checks().filter(environment=OuterRef("pk")).order_by("-requested_at", "-pk")
    until_now = own.filter(requested_at__lte=clock.now())
    return Coalesce(Subquery(until_now.values(column)[:1]), Subquery(own.values(column)[:1]))


def newest_whole_checks(environments: QuerySet[Environment]) -> QuerySet[HealthCheck]:
    """One for each that has any."""
    return HealthCheck.objects.filter(pk__in=environments.values(newest=of_newest("pk")))
