"""Aligning time series to periods and reducing several to one, as Cloud Monitoring does."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean

from runbook.simulator.errors import Refusal
from runbook.simulator.expression_values import reach
from runbook.simulator.store import Resource
from runbook.simulator.time_series import typed, value_of

_Combine = Callable[[list[float]], float]
_ALIGNERS: dict[str, _Combine] = {
    "ALIGN_MEAN": fmean,
    "ALIGN_MAX": max,
    "ALIGN_MIN": min,
    "ALIGN_SUM": math.fsum,
    "ALIGN_DELTA": math.fsum,
    "ALIGN_COUNT": len,
    "ALIGN_NEXT_OLDER": lambda values: values[0],
    "ALIGN_RATE": math.fsum,
}
_REDUCERS: Mapping[str, _Combine] = {
    "REDUCE_MEAN": fmean,
    "REDUCE_MAX": max,
    "REDUCE_MIN": min,
    "REDUCE_SUM": math.fsum,
    "REDUCE_COUNT": len,
}
_PERCENTILES: dict[str, _Combine] = dict.fromkeys(
    ("ALIGN_PERCENTILE_99", "ALIGN_PERCENTILE_95", "ALIGN_PERCENTILE_50", "ALIGN_PERCENTILE_05"),
    fmean,
)
"""Of distributions alone, whose samples of a minute are all alike here."""

_OF_DISTRIBUTIONS = (*_PERCENTILES, "ALIGN_DELTA", "ALIGN_SUM", "ALIGN_NEXT_OLDER", "ALIGN_COUNT")
_KEEPS_TYPE = ("ALIGN_MAX", "ALIGN_MIN", "ALIGN_SUM", "ALIGN_DELTA", "ALIGN_NEXT_OLDER")


@dataclass(frozen=True, slots=True)
class Aggregation:
    """What was asked for: a period in seconds, an aligner, a reducer, fields to group by, and the
    end of the interval, from which periods are counted back."""

    period: int
    aligner: str
    reducer: str
    fields: tuple[str, ...]
    until: float

    def end_of_period(self, at: float) -> float:
        return round(self.until - (self.until - at) // self.period * self.period, 6)


def aggregated(series: list[Resource], wanted: Aggregation) -> list[Resource]:
    """Raises `Refusal` for a word that is no aligner or reducer of these."""
    if wanted.aligner not in _ALIGNERS and wanted.aligner not in _PERCENTILES:
        raise Refusal(400, f"Invalid value for perSeriesAligner: '{wanted.aligner}'.")
    aligned = [_aligned(one, wanted) for one in series]
    if wanted.reducer == "REDUCE_NONE":
        return aligned
    if wanted.reducer not in _REDUCERS:
        raise Refusal(400, f"Invalid value for crossSeriesReducer: '{wanted.reducer}'.")
    return _reduced(aligned, wanted)


def _aligned(series: Resource, wanted: Aggregation) -> Resource:
    """One point for each period, named by its end."""
    combine = _combine(series, wanted.aligner)
    periods: dict[float, list[float]] = defaultdict(list)
    for point in series["points"]:
        ended = datetime.fromisoformat(point["interval"]["endTime"]).timestamp()
        periods[wanted.end_of_period(ended)].append(value_of(point))
    values = {end: combine(found) for end, found in periods.items()}
    if wanted.aligner == "ALIGN_RATE":
        values = {end: value / wanted.period for end, value in values.items()}
    keeps = wanted.aligner in _KEEPS_TYPE
    counts = wanted.aligner == "ALIGN_COUNT"
    kind = series["valueType"] if keeps else "INT64" if counts else "DOUBLE"
    header = {"metricKind": "GAUGE" if not keeps else series["metricKind"], "valueType": kind}
    return series | header | {"points": _points(values, kind, wanted.period)}


def _combine(series: Resource, aligner: str) -> _Combine:
    """Percentiles are taken of distributions, and of these hardly anything else."""
    allowed = _OF_DISTRIBUTIONS if series["valueType"] == "DISTRIBUTION" else _ALIGNERS
    if aligner not in allowed:
        kinds = f"kind {series['metricKind']} and value type {series['valueType']}"
        raise Refusal(
            400,
            f'Field aggregation.perSeriesAligner had an invalid value of "{aligner}": The aligner'
            f" cannot be applied to metrics with {kinds}.",
        )
    return (_PERCENTILES | _ALIGNERS)[aligner]


def _reduced(aligned: list[Resource], wanted: Aggregation) -> list[Resource]:
    groups: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
    for one in aligned:
        names = (reach(one, field.split(".")) for field in wanted.fields)
        groups[tuple(str(found[0]) if found else "" for found in names)].append(one)
    return [_one_of(members, wanted) for members in groups.values()]


def _one_of(members: list[Resource], wanted: Aggregation) -> Resource:
    """The group as one series, with the labels it was grouped by."""
    first = members[0]
    periods: dict[float, list[float]] = defaultdict(list)
    for point in (point for one in members for point in one["points"]):
        ended = datetime.fromisoformat(point["interval"]["endTime"]).timestamp()
        periods[ended].append(value_of(point))
    kind = "DOUBLE" if wanted.reducer == "REDUCE_MEAN" else first["valueType"]
    values = {end: _REDUCERS[wanted.reducer](found) for end, found in periods.items()}
    return {
        "metric": _kept(first["metric"], "metric.labels", wanted.fields),
        "resource": _kept(first["resource"], "resource.labels", wanted.fields),
        "metricKind": first["metricKind"],
        "valueType": kind,
        "points": _points(values, kind, wanted.period),
    }


def _kept(described: Resource, prefix: str, fields: tuple[str, ...]) -> Resource:
    labels = described.get("labels", {})
    wanted = {field.removeprefix(f"{prefix}.") for field in fields if field.startswith(prefix)}
    kept = {name: value for name, value in labels.items() if name in wanted | {"project_id"}}
    return {"type": described["type"]} | ({"labels": kept} if kept else {})


def _points(values: Mapping[float, float], kind: str, period: int) -> list[Resource]:
    return [
        {
            "interval": {"startTime": _stamp(end - period), "endTime": _stamp(end)},
            "value": typed(kind, values[end]),
        }
        for end in sorted(values, reverse=True)
    ]


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
