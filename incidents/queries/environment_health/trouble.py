"""Environments in which something is wrong that no open incident is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from incidents.health_states import AlertState, HealthStatus
from incidents.models import Alert, Environment, Incident
from incidents.queries.whole_checks import of_newest
from incidents.states import IncidentState


@dataclass(frozen=True, slots=True)
class Trouble:
    """`checked_at` is None where the newest check is not critical and only alerts fire."""

    environment: Environment
    look: str
    sentence: str
    checked_at: datetime | None = None


def read_trouble(environments: QuerySet[Environment]) -> tuple[Trouble, ...]:
    """Critical by the newest whole check while no incident is open there, or with alerts that fire
    and belong to no open incident."""
    open_there = Incident.objects.filter(environment=OuterRef("pk"), state=IncidentState.OPEN)
    rows = environments.annotate(
        newest=of_newest("status"),
        newest_at=of_newest("requested_at"),
        criticals=of_newest("criticals"),
        has_incident=Exists(open_there.filter(is_drill=False)),
    )
    alone = _alone(environments)
    found = (_trouble(row, alone[row.pk]) for row in rows.order_by("name"))
    return tuple(one for one in found if one is not None)


def _alone(environments: QuerySet[Environment]) -> Counter[int]:
    """How many alerts of each fire without an open incident."""
    firing = Alert.objects.filter(environment__in=environments, state=AlertState.FIRING)
    told = firing.exclude(incident__state=IncidentState.OPEN)
    return Counter(told.values_list("environment", flat=True))


def _trouble(row: Environment, alone: int) -> Trouble | None:
    status, at, criticals = (getattr(row, name) for name in ("newest", "newest_at", "criticals"))
    is_critical = status == HealthStatus.CRITICAL and not row.has_incident  # type: ignore[attr-defined]  # annotated
    if not (alone or is_critical):
        return None
    said = []
    if is_critical:
        said.append(f"{criticals} critical failure{'' if criticals == 1 else 's'}")
    if alone:
        said.append(f"{alone} alert{'' if alone == 1 else 's'}")
    sentence = f"{' and '.join(said)} that no open incident is about."
    look = "critical" if is_critical else "warning"
    return Trouble(row, look, sentence, at if is_critical else None)
