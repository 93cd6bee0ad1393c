"""Reading what the thresholds are about from Cloud Monitoring, minute by minute."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.cloud_sql.settings import database_flags
from runbook.document.definition import Json
from runbook.health.judging import Reading
from runbook.health.metrics import PERIOD, Combine, DatabaseFlag, Metric

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

MOST_UNANSWERED = 2

Minutes = dict[datetime, float]

_COMBINED: Mapping[Combine, Callable[[list[float]], float]] = {
    "sum": sum,  # math.fsum and statistics.fmean fail where the sum is beyond all numbers
    "max": max,
    "min": min,
    "mean": lambda values: sum(values) / len(values),
}


@dataclass(frozen=True, slots=True)
class Series:
    """One metric as it was read: its readings by subject, or why there are none."""

    metric: Metric
    readings: Mapping[str, list[Reading]] = field(default_factory=dict)
    why_none: str = ""


def read_all(
    session: Session,
    project: str,
    metrics: Iterable[Metric],
    *,
    since: datetime,
    until: datetime,
    deadline: float = 30.0,
) -> list[Series]:
    """Each metric that Cloud Monitoring has, one after another; what cannot be read says why and
    keeps nothing else from being read. After `deadline` seconds no other is begun, nor after
    `MOST_UNANSWERED` that were not answered one after the other. From and to whole minutes: Google
    counts periods back from the end that is asked for, and who asks at another second gets other
    moments and other values."""
    ends = time.monotonic() + deadline
    since, until = _whole_minute(since), _whole_minute(until)
    found: list[Series] = []
    unanswered: list[CloudError] = []
    for metric in (one for one in metrics if one.is_read):
        if time.monotonic() >= ends:
            found.append(Series(metric, why_none="The time for reading metrics was up."))
        elif len(unanswered) >= MOST_UNANSWERED:
            found.append(Series(metric, why_none=unanswered[-1].message))
        else:
            found.append(_tried(session, project, metric, since, until, unanswered))
    return found


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _tried(
    session: Session,
    project: str,
    metric: Metric,
    since: datetime,
    until: datetime,
    unanswered: list[CloudError],
) -> Series:
    try:
        series = _read(session, project, metric, since, until)
    except CloudError as error:
        if error.can_retry_help:
            unanswered.append(error)
        return Series(metric, why_none=error.message)
    unanswered.clear()
    return series


def _read(
    session: Session, project: str, metric: Metric, since: datetime, until: datetime
) -> Series:
    """Raises `CloudError`."""
    found = _minutes(session, project, metric, metric.filter, since, until)
    if isinstance(metric.per, str) and metric.per:
        whole = _minutes(session, project, metric, metric.per, since, until)
        found = {name: _quotients(found.get(name, {}), whole[name]) for name in whole}
    readings = {
        name: _readings(minutes, metric.scale / _limit(session, project, metric, name))
        for name, minutes in found.items()
        if minutes
    }
    none = "" if readings else "Cloud Monitoring has no values for it in these minutes."
    return Series(metric, readings, none)


def _limit(session: Session, project: str, metric: Metric, subject: str) -> float:
    """What each value is divided by: 1 where the metric names no limit. Raises `CloudError`."""
    if isinstance(metric.per, DatabaseFlag):
        of, _, instance = subject.rpartition(":")
        flags = database_flags(session.sql.instance(of or project, instance))
        set_to = flags.get(metric.per.name, "")
        return float(set_to) if set_to.isdecimal() and int(set_to) else metric.per.otherwise
    return metric.per if isinstance(metric.per, float) else 1.0


def _minutes(
    session: Session,
    project: str,
    metric: Metric,
    condition: str,
    since: datetime,
    until: datetime,
) -> dict[str, Minutes]:
    """By subject, the combined value of each minute. Raises `CloudError`."""
    series = session.monitoring.time_series(
        project,
        condition,
        start=since.isoformat(),
        end=until.isoformat(),
        aggregation={"alignmentPeriod": f"{PERIOD}s", "perSeriesAligner": metric.aligner},
    )
    gathered: dict[str, dict[datetime, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        if isinstance(one, dict):
            for at, value in _points(one):
                gathered[_subject(one, metric.subject, project)][at].append(value)
    combine = _COMBINED[metric.combine]
    return {
        name: {at: combine(values) for at, values in minutes.items()}
        for name, minutes in gathered.items()
    }


def _quotients(part: Minutes, whole: Minutes) -> Minutes:
    """A minute in which nothing of the part was counted has none of it, not no value."""
    return {at: part.get(at, 0.0) / value for at, value in whole.items() if value > 0}


def _readings(minutes: Minutes, scale: float) -> list[Reading]:
    read = (Reading(at, value * scale) for at, value in sorted(minutes.items()))
    return [Reading(at, round(value, 6)) for at, value in read if math.isfinite(value)]


def _subject(series: dict[str, Json], label: str, otherwise: str) -> str:
    for part in ("resource", "metric"):
        told = series.get(part)
        labels = told.get("labels") if isinstance(told, dict) else None
        if isinstance(labels, dict) and labels.get(label):
            return str(labels[label])
    return otherwise


def _points(series: dict[str, Json]) -> list[Reading]:
    points = series.get("points")
    read = [_point(one) for one in points] if isinstance(points, list) else []
    return [one for one in read if one is not None]


def _point(point: Json) -> Reading | None:
    """None for what is no number: Google says NaN where nothing was counted."""
    if not isinstance(point, dict):
        return None
    interval, value = point.get("interval"), point.get("value")
    if not isinstance(interval, dict) or not isinstance(value, dict):
        return None
    try:
        at = datetime.fromisoformat(str(interval.get("endTime")))
        number = float(str(value.get("doubleValue", value.get("int64Value"))))
    except ValueError:
        return None
    return Reading(at, number) if math.isfinite(number) else None
