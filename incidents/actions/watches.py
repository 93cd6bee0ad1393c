"""Keeping what was measured, and moving the watch of each threshold on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from incidents.actions.storable import storable_text
from incidents.models import Environment, Measurement, ThresholdWatch
from runbook.document.definition import Json
from runbook.health.judging import Reading, Standing, State, is_stale, judge
from runbook.health.measuring import Series
from runbook.health.metrics import Metric
from runbook.health.report import Report
from runbook.health.thresholds import Threshold

LONGEST_SUBJECT = 300
NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Watched:
    """How a threshold stands for one subject. `detail` says why nothing is known at present, ""
    where it is; what stood before goes on standing."""

    threshold: Threshold
    subject: str
    standing: Standing | None
    detail: str = ""

    @property
    def counts(self) -> bool:
        return self.standing is not None and self.standing.counts

    def as_json(self) -> dict[str, Json]:
        one, standing = self.threshold, self.standing
        return {
            "name": one.name,
            "title": one.title,
            "metric": one.metric.name,
            "unit": one.metric.unit,
            "subject": self.subject,
            "value": standing.value if standing else None,
            "at": standing.read_at.isoformat() if standing else None,
            "state": standing.state if standing else "",
            "limit": one.value,
            "is_above": one.is_above,
            "for": one.seconds,
            "clears": one.clears,
            "clears_for": one.clears_seconds,
            "severity": one.severity,
            "layer": one.layer,
            "action": one.action,
            "detail": self.detail,
        }


def metrics_of(thresholds: Iterable[Threshold]) -> list[Metric]:
    """Each metric once, however many thresholds look at it."""
    return list({one.metric.name: one.metric for one in thresholds}.values())


def series_of(report: Report, metrics: Iterable[Metric], at: datetime) -> list[Series]:
    """What the check itself measured, as if it had been read."""
    told: dict[str, dict[str, list[Reading]]] = {}
    for one in report.measured:
        told.setdefault(one.name, {})[one.subject] = [Reading(at, float(one.value))]
    known = {metric.name: metric for metric in metrics if not metric.is_read}
    mute = [Series(known[name], why_none=_UNMEASURED) for name in known if name not in told]
    found = {name: known.get(name, Metric(name, name)) for name in told}
    return [Series(found[name], told[name]) for name in told] + mute


_UNMEASURED = "The check measured nothing of it."


def keep_measurements(environment: Environment, series: Iterable[Series]) -> None:
    """A minute that was stored before stays as it is."""
    Measurement.objects.bulk_create(
        [
            Measurement(
                environment=environment,
                name=one.metric.name[:80],
                subject=_subject(subject),
                at=reading.at,
                value=reading.value,
                least=reading.value,
                most=reading.value,
            )
            for one in series
            for subject, readings in one.readings.items()
            for reading in readings
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def move_watches(
    environment: Environment,
    thresholds: Sequence[Threshold],
    series: Iterable[Series],
    *,
    now: datetime,
    longest_gap: float,
) -> list[Watched]:
    """Each threshold for each subject, judged on what is new. The caller holds the environment, so
    that two checks judge one after the other. Thresholds that the file has no more are forgotten.
    """
    read = {one.metric.name: one for one in series}
    rows = _rows_by_threshold(environment, thresholds)
    found = [
        watched
        for one in thresholds
        for watched in _judged(one, read.get(one.metric.name), rows[one.name], now, longest_gap)
    ]
    _store(environment, found)
    return found


def _rows_by_threshold(
    environment: Environment, thresholds: Sequence[Threshold]
) -> dict[str, list[ThresholdWatch]]:
    rows: dict[str, list[ThresholdWatch]] = {one.name: [] for one in thresholds}
    forgotten: list[ThresholdWatch] = []
    for row in ThresholdWatch.objects.filter(environment=environment):
        rows.get(row.name, forgotten).append(row)
    if forgotten:
        ThresholdWatch.objects.filter(pk__in=[row.pk for row in forgotten]).delete()
    return rows


def _judged(
    threshold: Threshold,
    series: Series | None,
    rows: Sequence[ThresholdWatch],
    now: datetime,
    longest_gap: float,
) -> list[Watched]:
    readings = _by_subject(series)
    stood = {row.subject: _standing(row, now) for row in rows}
    why = series.why_none if series and series.why_none else "It was not read."
    found = []
    for subject in sorted(set(stood) | set(readings)):
        before = stood.get(subject)
        standing = judge(threshold, before, readings.get(subject, []), longest_gap=longest_gap)
        is_known = standing is not None and not is_stale(standing, now, longest_gap=longest_gap)
        found.append(Watched(threshold, subject, standing, "" if is_known else _no_data(why)))
    return found or [Watched(threshold, "", None, _no_data(why))]


def _by_subject(series: Series | None) -> Mapping[str, list[Reading]]:
    return {_subject(name): read for name, read in series.readings.items()} if series else {}


def _no_data(why: str) -> str:
    return f"{NO_DATA}: {storable_text(why)}"


def _standing(row: ThresholdWatch, now: datetime) -> Standing:
    """What was read while the clock was ahead must not hide what is read now."""
    since, read_at = min(row.since, now), min(row.checked_at, now)
    return Standing(cast("State", row.state), since, row.value or 0.0, read_at)


def _store(environment: Environment, found: Iterable[Watched]) -> None:
    ThresholdWatch.objects.bulk_create(
        [
            ThresholdWatch(
                environment=environment,
                name=one.threshold.name,
                subject=one.subject,
                state=one.standing.state,
                since=one.standing.since,
                value=one.standing.value,
                checked_at=one.standing.read_at,
            )
            for one in found
            if one.standing is not None
        ],
        update_conflicts=True,
        unique_fields=["environment", "name", "subject"],
        update_fields=["state", "since", "value", "checked_at"],
    )


def _subject(subject: str) -> str:
    return storable_text(subject)[:LONGEST_SUBJECT]
