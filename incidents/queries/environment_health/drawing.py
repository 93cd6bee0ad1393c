"""What a browser needs to draw one metric: points, the limit, incidents of that time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.models import Environment, Incident
from incidents.queries.environment_health.numbers import Number
from incidents.queries.environment_health.trends import (
    Point,
    metric_named,
    metrics_of,
    read_points,
)
from runbook.document.definition import Json

INCIDENTS = 50


def read_drawing(
    environment: Environment,
    *,
    metric: str,
    numbers: Iterable[Number],
    incidents: QuerySet[Incident],
    since: datetime,
    until: datetime,
) -> dict[str, Json]:
    """Times are seconds since 1970. A series is its subject and four lists of one length: when,
    mean, least, most. `incidents` are those that the person may see."""
    points = read_points(environment, metric=metric, since=since, until=until)
    named = metric_named(metric, metrics_of(environment))
    return {
        "metric": metric,
        "title": named.title,
        "unit": named.unit,
        "since": since.timestamp(),
        "until": until.timestamp(),
        "series": [_series(subject, found) for subject, found in points.items()],
        "limits": _limits(metric, numbers),
        "incidents": _incidents(incidents.filter(environment=environment), since, until),
    }


def _series(subject: str, points: list[Point]) -> Json:
    return {
        "subject": subject,
        "at": [point.at.timestamp() for point in points],
        "value": [point.value for point in points],
        "least": [point.least for point in points],
        "most": [point.most for point in points],
    }


def _limits(metric: str, numbers: Iterable[Number]) -> list[Json]:
    """Each once, however many subjects it is for."""
    found = {
        (one.title, one.at_value, one.is_above, one.severity)
        for one in numbers
        if one.metric == metric and one.at_value is not None
    }
    return [
        {"title": title, "value": value, "is_above": is_above, "severity": severity}
        for title, value, is_above, severity in sorted(found)
    ]


def _incidents(rows: QuerySet[Incident], since: datetime, until: datetime) -> list[Json]:
    is_of_that_time = Q(resolved_at__isnull=True) | Q(resolved_at__gte=since)
    found = rows.filter(is_of_that_time, started_at__lte=until).distinct().order_by("-started_at")
    return [
        {
            "name": incident.name,
            "number": incident.number,
            "title": incident.title,
            "severity": incident.severity,
            "from": incident.started_at.timestamp(),
            "until": incident.resolved_at.timestamp() if incident.resolved_at else None,
        }
        for incident in found[:INCIDENTS]
    ]
