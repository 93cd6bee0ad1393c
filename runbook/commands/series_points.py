"""A time series in one row: its labels, its newest value and when that was."""

from __future__ import annotations

from runbook.commands.cloud_run.resource import object_at, objects_at, text_at
from runbook.document.definition import Json

_VALUES = ("doubleValue", "int64Value", "boolValue", "stringValue")
_PLACES = 4


def seen_series(series: Json) -> Json:
    """The series with `labels`, `latest`, `at` and how many `points` it has."""
    if not isinstance(series, dict):
        return series
    points = objects_at(series, "points")
    newest = points[0] if points else {}
    found = object_at(series, "resource", "labels") | object_at(series, "metric", "labels")
    told = ",".join(f"{name}={value}" for name, value in sorted(found.items()))
    return {
        **series,
        "labels": told,
        "latest": _value(newest),
        "at": text_at(newest, "interval", "endTime"),
        "points": len(points),
    }


def _value(point: Json) -> str:
    """The one value of a point; the mean of a distribution."""
    value = object_at(point, "value")
    mean = object_at(value, "distributionValue").get("mean")
    found = next((value[name] for name in _VALUES if name in value), mean)
    if isinstance(found, float):
        return f"{found:.{_PLACES}f}".rstrip("0").rstrip(".")
    return "" if found is None else str(found)
