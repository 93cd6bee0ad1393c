"""Numbers of an environment over time: what there is to draw, and the points of one drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDay, TruncHour

from incidents.models import Environment, Measurement
from incidents.queries.infrastructure import file_or_why
from runbook.health.metrics import METRICS, Metric

RANGES = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}
POINTS = 500
TABLE_POINTS = 48
SERIES_AT_ONCE = 40
ONE_BY_ONE = timedelta(days=2)
HOUR_BY_HOUR = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric at one subject over a stretch of time: the newest value and the extremes."""

    metric: Metric
    subject: str
    value: float
    least: float
    most: float
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """The mean over a stretch that begins `at`, and the extremes within it."""

    at: datetime
    value: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Large:
    """One trend by itself: its points, newest first, as many as a table bears; `others` are the
    subjects at which the same metric was measured."""

    trend: Trend
    points: tuple[Point, ...]
    others: tuple[str, ...]


def read_trends(environment: Environment, *, since: datetime) -> tuple[Trend, ...]:
    """Of every metric and subject that was measured since then."""
    rows = _since(environment, since)
    grouped = rows.order_by("name", "subject").values_list("name", "subject")
    found = list(grouped.annotate(Max("at"), Min("least"), Max("most")))
    known = metrics_of(environment)
    newest = _values_at(rows, {at for _, _, at, _, _ in found})
    return tuple(
        Trend(
            metric=metric_named(name, known),
            subject=subject,
            value=newest[name, subject, at],
            least=least,
            most=most,
            newest_at=at,
        )
        for name, subject, at, least, most in found
    )


def read_points(
    environment: Environment, *, metric: str, since: datetime, until: datetime
) -> dict[str, list[Point]]:
    """At most `POINTS` of each subject: readings as they came for up to two days, else by the hour,
    by the day for more than a month."""
    rows = _since(environment, since).filter(name=metric, at__lte=until)
    found = _grouped(rows, until - since) if until - since > ONE_BY_ONE else _single(rows)
    by_subject: dict[str, list[Point]] = defaultdict(list)
    for subject, point in found:
        if subject in by_subject or len(by_subject) < SERIES_AT_ONCE:
            by_subject[subject].append(point)
    return {subject: _thinned(points, POINTS) for subject, points in by_subject.items()}


def read_trend(
    environment: Environment, *, metric: str, subject: str, since: datetime, until: datetime
) -> Large | None:
    """None when it was not measured in that time. Without a subject it is the first."""
    points = read_points(environment, metric=metric, since=since, until=until)
    subject = subject or min(points, default="")
    if subject not in points:
        return None
    found = points[subject]
    trend = Trend(
        metric=metric_named(metric, metrics_of(environment)),
        subject=subject,
        value=found[-1].value,
        least=min(point.least for point in found),
        most=max(point.most for point in found),
        newest_at=found[-1].at,
    )
    others = tuple(sorted(one for one in points if one != subject))
    rows = _thinned(found, TABLE_POINTS)
    return Large(trend=trend, points=tuple(reversed(rows)), others=others)


def was_ever_measured(environment: Environment, metric: str) -> bool:
    return Measurement.objects.filter(environment=environment, name=metric).exists()


def metrics_of(environment: Environment) -> Mapping[str, Metric]:
    """Those that every file may name, and what the environment's own defines."""
    found, _ = file_or_why(environment)
    return found.metrics if found else METRICS


def metric_named(name: str, known: Mapping[str, Metric]) -> Metric:
    """Its bare name is all that is left of a metric that no file has any more."""
    return known.get(name) or Metric(name, name)


def _since(environment: Environment, since: datetime) -> QuerySet[Measurement]:
    return Measurement.objects.filter(environment=environment, at__gte=since)


def _values_at(
    rows: QuerySet[Measurement], moments: set[datetime]
) -> dict[tuple[str, str, datetime], float]:
    """Most metrics were measured at the same few moments."""
    found = rows.filter(at__in=moments).order_by("-span")
    return {
        (name, subject, at): value
        for name, subject, at, value in found.values_list("name", "subject", "at", "value")
    }


def _single(rows: QuerySet[Measurement]) -> Iterator[tuple[str, Point]]:
    columns = rows.order_by("at").values_list("subject", "at", "value", "least", "most")
    for subject, at, value, least, most in columns.iterator(chunk_size=5000):
        yield subject, Point(at, value, least, most)


def _grouped(rows: QuerySet[Measurement], span: timedelta) -> Iterator[tuple[str, Point]]:
    trunc = TruncHour if span <= HOUR_BY_HOUR else TruncDay
    grouped = (
        rows.annotate(stretch=trunc("at", tzinfo=UTC))
        .order_by("stretch")
        .values_list("subject", "stretch")
        .annotate(
            total=Sum(F("value") * F("count")),
            readings=Sum("count"),
            lowest=Min("least"),
            highest=Max("most"),
        )
    )
    for subject, at, total, count, least, most in grouped:
        yield subject, Point(at, total / count, least, most)


def _thinned(points: list[Point], most: int) -> list[Point]:
    """No more than `most`, each over the same number of those there were."""
    size = -(-len(points) // most)
    if size <= 1:
        return points
    return [_joined(points[start : start + size]) for start in range(0, len(points), size)]


def _joined(points: Iterable[Point]) -> Point:
    found = list(points)
    return Point(
        at=found[0].at,
        value=sum(point.value for point in found) / len(found),
        least=min(point.least for point in found),
        most=max(point.most for point in found),
    )
