"""What is kept of the monitor's past: whole reports for days, their counts and sums for years."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Avg, Count, Max, Min, QuerySet

from incidents import clock
from incidents.actions.blindness import IN_A_ROW
from incidents.actions.check_health import hold_environment
from incidents.models import (
    Environment,
    HealthCheck,
    Measurement,
    Monitor,
    ThresholdWatch,
    Validation,
)

HOUR = timedelta(hours=1)
SPAN = 3600
HOURS_AT_ONCE = 48
ROWS_AT_ONCE = 2000

WHOLE_FOR = timedelta(days=1)
"""How long every report is kept; from then on only those that say something new."""

COUNTS = ("status", "criticals", "warnings", "unchecked", "passed")

FORGOTTEN_AFTER = timedelta(days=1)
"""A subject of which nothing was read for so long is not there any more."""


def compact(monitor: Monitor) -> None:
    """Once an hour for each environment that is watched, a bounded part each time."""
    now = clock.now()
    environment = monitor.environment
    whole = now - max(timedelta(days=monitor.keeps_days), _counted(monitor))
    sums = now - timedelta(days=monitor.keeps_sums_days)
    with transaction.atomic():
        hold_environment(environment)
        _shorten_reports(monitor, whole)
        _thin_reports(monitor, whole, now - max(WHOLE_FOR, _counted(monitor)))
        _sum_up(environment, whole)
        _forget(monitor, sums)
        ThresholdWatch.objects.filter(
            environment=environment, checked_at__lt=now - FORGOTTEN_AFTER
        ).delete()


def _counted(monitor: Monitor) -> timedelta:
    """As far back as the reports are read in which an area was not seen."""
    return (IN_A_ROW + 1) * timedelta(seconds=monitor.every)


def _shorten_reports(monitor: Monitor, before: datetime) -> None:
    old = _unattached(monitor).filter(ended_at__lt=before, report__isnull=False)
    HealthCheck.objects.filter(pk__in=_first(old)).update(report=None, snapshot=None, drift=[])


def _thin_reports(monitor: Monitor, since: datetime, before: datetime) -> None:
    """Of checks in a row that count the same and found no drift, the first says it for all."""
    rows = (
        _unattached(monitor)
        .filter(ended_at__gte=since, ended_at__lt=before, report__isnull=False)
        .order_by("ended_at", "pk")
        .values_list("pk", "state", "areas", "drift", *COUNTS)
    )
    alike = [pk for (_, *former), (pk, *own) in pairwise(rows) if former == own and not own[2]]
    HealthCheck.objects.filter(pk__in=alike[:ROWS_AT_ONCE]).update(report=None)


def _forget(monitor: Monitor, before: datetime) -> None:
    old = _unattached(monitor).filter(requested_at__lt=before)
    HealthCheck.objects.filter(pk__in=_first(old)).delete()
    sums = Measurement.objects.filter(environment=monitor.environment, at__lt=before)
    Measurement.objects.filter(pk__in=_first(sums)).delete()


def _unattached(monitor: Monitor) -> QuerySet[HealthCheck]:
    """Checks that no incident, no validation and no comparison needs."""
    used = Validation.objects.filter(incident__environment=monitor.environment)
    return (
        HealthCheck.objects.filter(environment=monitor.environment, incident__isnull=True)
        .exclude(pk=monitor.baseline_id or 0)
        .exclude(pk__in=used.filter(before__isnull=False).values("before"))
        .exclude(pk__in=used.filter(after__isnull=False).values("after"))
    )


def _first(rows: QuerySet[HealthCheck] | QuerySet[Measurement]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])


def _sum_up(environment: Environment, before: datetime) -> None:
    """The oldest hours that lie before it as a whole, one row for each of their numbers."""
    raw = Measurement.objects.filter(environment=environment, span=0)
    for _ in range(HOURS_AT_ONCE):
        oldest = (
            raw.filter(at__lt=hour_of(before)).order_by("at").values_list("at", flat=True).first()
        )
        if oldest is None:
            return
        hour = hour_of(oldest)
        _sum_up_hour(raw.filter(at__gte=hour, at__lt=hour + HOUR), environment, hour)


def _sum_up_hour(rows: QuerySet[Measurement], environment: Environment, hour: datetime) -> None:
    sums = (
        rows.order_by()
        .values("name", "subject")
        .annotate(mean=Avg("value"), low=Min("least"), high=Max("most"), number=Count("pk"))
    )
    Measurement.objects.bulk_create(
        [
            Measurement(
                environment=environment,
                name=one["name"],
                subject=one["subject"],
                span=SPAN,
                at=hour,
                value=one["mean"],
                least=one["low"],
                most=one["high"],
                count=one["number"],
            )
            for one in sums
        ],
        ignore_conflicts=True,
    )
    rows.delete()


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
