"""The thresholds of an environment as they stand: value, limit, and how long it has been so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from incidents.health_states import WatchState
from incidents.models import Environment, HealthCheck, ThresholdWatch
from runbook.document.definition import Json
from runbook.health.thresholds import shown

NORMAL = "passed"
LOUDNESS = [WatchState.OVER, WatchState.FALLING, WatchState.RISING, WatchState.NORMAL]


@dataclass(frozen=True, slots=True)
class Number:
    """One threshold at one subject. `value` is None when there is no data, `detail` says why;
    `limit` is for people ("above 80 %"), `at_value` its number. `since` is when it came into its
    state, None when nothing was ever measured."""

    name: str
    title: str
    metric: str
    unit: str
    subject: str
    value: float | None
    state: str
    limit: str
    at_value: float | None
    is_above: bool
    lasts: int
    severity: str
    layer: str
    detail: str
    since: datetime | None

    @property
    def counts(self) -> bool:
        return self.state in (WatchState.OVER, WatchState.FALLING)

    @property
    def look(self) -> str:
        """Its severity while it counts, else how it stands."""
        if self.value is None:
            return "unchecked"
        if self.counts:
            return self.severity
        return "rising" if self.state == WatchState.RISING else NORMAL

    @property
    def state_word(self) -> str:
        """What is rising does not count yet, what is falling still does."""
        words = {
            WatchState.OVER: self.severity,
            WatchState.FALLING: "clearing",
            WatchState.RISING: "over, does not count yet,",
        }
        return words.get(WatchState(self.state), "normal")

    @property
    def shown_value(self) -> str:
        return "no data" if self.value is None else shown(self.value, self.unit)


def read_numbers(environment: Environment, check: HealthCheck | None) -> tuple[Number, ...]:
    """As the check left them, what is over its limit first."""
    report = (check.report if check else None) or {}
    written = cast("list[dict[str, Json]]", report.get("numbers") or [])
    rows = ThresholdWatch.objects.filter(environment=environment)
    watches = {(one.name, one.subject): one for one in rows}
    numbers = [_number(one, watches) for one in written]
    return tuple(sorted(numbers, key=_place))


def _number(
    written: Mapping[str, Json], watches: Mapping[tuple[str, str], ThresholdWatch]
) -> Number:
    said = {key: written.get(key) for key in ("name", "title", "metric", "unit", "subject")}
    name, title, metric, unit, subject = (str(found or "") for found in said.values())
    watch = watches.get((name, subject))
    limit, is_above = (
        cast("float | None", written.get("limit")),
        bool(written.get("is_above", True)),
    )
    return Number(
        name=name,
        title=title or name,
        metric=metric,
        unit=unit,
        subject=subject,
        value=cast("float | None", written.get("value")),
        state=_state(watch, written),
        limit=_limit(limit, unit, is_above=is_above),
        at_value=limit,
        is_above=is_above,
        lasts=int(cast("float", written.get("for") or 0)),
        severity=str(written.get("severity") or "warning"),
        layer=str(written.get("layer") or ""),
        detail=str(written.get("detail") or ""),
        since=watch.since if watch else None,
    )


def _state(watch: ThresholdWatch | None, written: Mapping[str, Json]) -> str:
    said = watch.state if watch else str(written.get("state"))
    return said if said in WatchState.values else WatchState.NORMAL


def _limit(value: float | None, unit: str, *, is_above: bool) -> str:
    if value is None:
        return ""
    return f"{'above' if is_above else 'below'} {shown(value, unit)}"


def _place(number: Number) -> tuple[int, bool]:
    return LOUDNESS.index(WatchState(number.state)), number.value is not None
