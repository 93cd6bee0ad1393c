"""Time series: a value each minute, that of a good day or, while a component is down, of a bad one.

A value depends on its minute alone, so it is the same whenever it is asked for.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from runbook.simulator.store import Place, Resource, Store
from runbook.simulator.symptoms import HOURS, was_down

PERIOD = 60
_SERIES = "monitoring/series"
_SAMPLES = "12"


def seed(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """Series by name: `metric`, `resource`, `labels`, `kind` (GAUGE), `type` (INT64, DOUBLE,
    DISTRIBUTION), the values `normal` and `broken`, how far they `wobble`, and `while` which
    component is down. The samples of a minute of a distribution are all alike."""
    return {f"{_SERIES}/{name}": dict(body) | {"of": name} for name, body in section.items()}


def between(store: Store, since: float, until: float, *, headers: bool) -> Iterator[Resource]:
    """Every series with its points, the newest first; without them when only `headers` count."""
    for told in store.under(_SERIES):
        series = _header(store, told)
        points = [] if headers else list(_points(store, told, since, until))
        if headers:
            yield series
        elif points:
            yield series | {"points": points}


def value_of(point: Resource) -> float:
    """The mean of a distribution."""
    (value,) = point["value"].values()
    return float(value["mean"] if isinstance(value, dict) else value)


def typed(kind: str, value: float) -> Resource:
    """A number as TypedValue."""
    if kind == "DISTRIBUTION":
        return {"distributionValue": {"count": _SAMPLES, "mean": float(value)}}
    return {"int64Value": str(round(value))} if kind == "INT64" else {"doubleValue": float(value)}


def _header(store: Store, told: Resource) -> Resource:
    metric: Resource = {"type": told["metric"]}
    if told.get("labels"):
        metric["labels"] = dict(told["labels"])
    labels = {"project_id": store.place.project} | told["resource"]["labels"]
    return {
        "metric": metric,
        "resource": {"type": told["resource"]["type"], "labels": labels},
        "metricKind": told.get("kind", "GAUGE"),
        "valueType": told["type"],
    }


def _points(store: Store, told: Resource, since: float, until: float) -> Iterator[Resource]:
    """One point a minute, within the hours that are kept and not of the future."""
    newest = math.floor(min(until, store.now()) / PERIOD)
    oldest = math.ceil(max(since, store.now() - HOURS * 3600) / PERIOD)
    for minute in range(newest, oldest - 1, -1):
        at = float(minute * PERIOD)
        begins = at - PERIOD if told.get("kind") == "DELTA" else at
        interval = {"startTime": store.time(begins), "endTime": store.time(at)}
        yield {"interval": interval, "value": typed(told["type"], _value(store, told, at))}


def _value(store: Store, told: Resource, at: float) -> float:
    down = "while" in told and was_down(store, told["while"], at)
    level = float(told["broken"] if down else told["normal"])
    digest = hashlib.sha256(f"{told['of']}/{at:.0f}".encode()).digest()
    swing = (digest[0] / 255 * 2 - 1) * float(told.get("wobble", 0)) if level else 0.0
    return max(0.0, round(level + swing, 4))
