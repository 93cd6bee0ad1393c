"""Asking Google about one environment, for one check: how its resources are, and the metrics of its
thresholds. Nothing is stored here. Only workers import this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.actions.watches import metrics_of, series_of
from incidents.models import HealthCheck
from incidents.queries.whole_checks import whole_checks
from incidents.targets import target_of
from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.health import checking, measuring
from runbook.health.definition import Infrastructure
from runbook.health.measuring import Series
from runbook.health.metrics import Metric
from runbook.health.report import Area, Report

CHECK_SECONDS = 60.0
METRICS_SECONDS = 30.0

LEAST_WINDOW, MOST_WINDOW = timedelta(minutes=10), timedelta(hours=1)
"""How far back metrics are read: what was late last time is there now."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one check brought home, before anything of it is stored."""

    infrastructure: Infrastructure
    report: Report
    series: Sequence[Series]


def survey(check: HealthCheck, infrastructure: Infrastructure, now: datetime) -> Survey:
    """Metrics belong to whole checks alone: those of some areas are for a person who waits."""
    target = target_of(check.environment)
    report = checking.check(
        infrastructure,
        lambda: Session(target),
        areas=tuple(Area(area) for area in check.areas),
        deadline=CHECK_SECONDS,
        at=now,
    )
    metrics = metrics_of(infrastructure.thresholds)
    series = series_of(report, metrics, now)
    if not check.areas:
        since = now - _window(check, now)
        series += _read(target, infrastructure.project, metrics, since, now)
    return Survey(infrastructure, report, series)


def _read(
    target: Target, project: str, metrics: Sequence[Metric], since: datetime, now: datetime
) -> list[Series]:
    try:
        session = Session(target)
    except CloudError as error:
        return [Series(one, why_none=error.message) for one in metrics if one.is_read]
    return measuring.read_all(
        session, project, metrics, since=since, until=now, deadline=METRICS_SECONDS
    )


def _window(check: HealthCheck, now: datetime) -> timedelta:
    """Back to a while before the last whole check that found something out, within bounds."""
    whole = whole_checks().filter(environment=check.environment, ended_at__lt=now, error="")
    last = whole.order_by("-requested_at").values_list("ended_at", flat=True).first()
    gone = now - last + LEAST_WINDOW / 2 if last else MOST_WINDOW
    return min(max(gone, LEAST_WINDOW), MOST_WINDOW)
