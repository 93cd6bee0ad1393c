"""How watched infrastructures stand, component by component, for programs that ask often."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from incidents.health_states import HealthStatus
from incidents.models import Environment, HealthCheck
from incidents.queries.environment_health.standing import Standing, read_standings
from incidents.queries.whole_checks import whole_checks
from runbook.health.report import AreaReport, Finding, from_json

FRESH_FOR = timedelta(seconds=5)
UNKNOWN, NOT_WATCHED = "unknown", "not watched"
_WORST_FIRST = (HealthStatus.CRITICAL, UNKNOWN, HealthStatus.DEGRADED, HealthStatus.HEALTHY)
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
WELL = (HealthStatus.HEALTHY, HealthStatus.DEGRADED, NOT_WATCHED)

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """An area of the check. `open` are its expectations that failed or could not be checked, of
    which `unchecked` counts the latter; `status` is "unknown" where nothing of it could be."""

    area: str
    title: str
    status: str
    unchecked: int
    open: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class EnvironmentStatus:
    """`status` is "unknown" before the first check, when the newest is too old, and while the
    monitor sees nothing. `since` is when the first check found what the newest found, None where
    there is none."""

    pk: int
    name: str
    status: str
    is_watched: bool
    is_stale: bool
    checked_at: datetime | None
    since: datetime | None
    verdict: str = ""
    because: str = ""
    components: tuple[ComponentStatus, ...] = ()


def worst(statuses: Iterable[str]) -> str:
    found = set(statuses)
    return next((one for one in _WORST_FIRST if one in found), NOT_WATCHED)


def overall(found: Sequence[EnvironmentStatus]) -> str:
    """Of those that are watched; nobody promised to look at the others."""
    return worst(one.status for one in found if one.is_watched)


@dataclass(slots=True)
class _Shelf:
    """The newest answer of this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    at: datetime | None = None
    found: tuple[EnvironmentStatus, ...] = ()


_shelf = _Shelf()


def forget() -> None:
    _shelf.at = None


def read_statuses(*, now: datetime) -> tuple[EnvironmentStatus, ...]:
    """Read at most once in `FRESH_FOR` by this process, however often it is asked."""
    with _shelf.lock:
        if _shelf.at is None or not timedelta(0) <= now - _shelf.at < FRESH_FOR:
            _shelf.found = _read(now)
            _shelf.at = now
        return _shelf.found


def _read(now: datetime) -> tuple[EnvironmentStatus, ...]:
    standings = read_standings(Environment.objects.all(), now=now)
    known = [one for one in standings if one.check or one.is_watched]
    since = _since([one.check for one in known if one.check])
    return tuple(_status(one, since) for one in known)


def _since(checks: Sequence[HealthCheck]) -> dict[int, datetime]:
    """By check: when its environment came into that status, after the last check of another."""
    whole = whole_checks().filter(environment=OuterRef("environment"))
    others = whole.exclude(status=OuterRef("status")).order_by("-requested_at")
    alike = whole.filter(requested_at__gt=OuterRef("another")).order_by("requested_at")
    rows = (
        HealthCheck.objects.filter(pk__in=[one.pk for one in checks])
        .annotate(another=Coalesce(_time_of(others), Value(_BEFORE_ALL)))
        .annotate(first=Coalesce(_time_of(alike), F("requested_at")))
    )
    return dict(rows.values_list("pk", "first"))


def _time_of(checks: QuerySet[HealthCheck]) -> Subquery:
    return Subquery(checks.values("requested_at")[:1])


def _status(standing: Standing, since: dict[int, datetime]) -> EnvironmentStatus:
    check = standing.check
    report = check.report or {} if check else {}
    is_known = check is not None and not standing.is_stale and standing.blind is None
    return EnvironmentStatus(
        pk=standing.environment.pk,
        name=standing.environment.name,
        status=check.status if check is not None and is_known else UNKNOWN,
        is_watched=standing.is_watched,
        is_stale=standing.is_stale,
        checked_at=check.requested_at if check else None,
        since=since.get(check.pk) if check else None,
        verdict=str(report.get("verdict", "")),
        because=str(report.get("because", "")),
        components=tuple(map(_component, from_json(report).areas)) if report else (),
    )


def _component(area: AreaReport) -> ComponentStatus:
    open_ones = tuple(one for one in area.findings if one.verdict != "passed")
    return ComponentStatus(
        area=area.area.value,
        title=area.title,
        status=_status_of(area.findings),
        unchecked=sum(one.verdict == "unchecked" for one in open_ones),
        open=open_ones,
    )


def _status_of(findings: Sequence[Finding]) -> str:
    """Of what nothing was seen, nobody knows whether it is well."""
    if findings and all(one.verdict == "unchecked" for one in findings):
        return UNKNOWN
    if any(one.has_failed and one.severity == "critical" for one in findings):
        return HealthStatus.CRITICAL.value
    is_light = any(one.has_failed or one.verdict == "unchecked" for one in findings)
    return (HealthStatus.DEGRADED if is_light else HealthStatus.HEALTHY).value
