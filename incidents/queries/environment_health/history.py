"""What checks found over time, equal ones in a row as one spell, with what happened between them:
incidents, and configurations that were accepted."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import AdministrationEntry, Environment, HealthCheck, Incident

CHECKS_AT_ONCE = 200
SPELLS_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Spell:
    """Checks in a row that found the same: `last` is the newest of `count`, `first` the id of the
    oldest, from `begins` on. A check that somebody asked for, or that failed, stands by itself.
    `has_drifted`: it was configured otherwise than when it was last healthy."""

    at: datetime
    last: HealthCheck
    begins: datetime
    first: int
    count: int = 1
    has_drifted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an incident: it `began`, was `mitigated` or `resolved`."""

    at: datetime
    incident: Incident
    what: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An administrator took the configuration for the usual one, as this check had found it."""

    at: datetime
    entry: AdministrationEntry
    check: int | None


@dataclass(frozen=True, slots=True)
class History:
    """Newest first. `before` is the id of the oldest check shown, None when there are no older."""

    entries: tuple[Spell | Event | Acceptance, ...]
    before: int | None


def read_history(
    environment: Environment, *, incidents: QuerySet[Incident], before: int | None = None
) -> History:
    """`incidents` are those that the person may see; `before` goes on where a list ended."""
    rows = HealthCheck.objects.filter(environment=environment).select_related("requested_by")
    rows = rows.defer("report", "snapshot", "drift")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: CHECKS_AT_ONCE + 1])
    spells = _spells(found[:CHECKS_AT_ONCE], _drifted(found))
    has_older = len(found) > CHECKS_AT_ONCE or len(spells) > SPELLS_AT_ONCE
    shown = spells[:SPELLS_AT_ONCE]
    until = shown[0].at if before is not None and shown else None
    since = shown[-1].begins if has_older else None
    events = _events(incidents.filter(environment=environment), since, until)
    accepted = _accepted(environment, since, until)
    between: list[Spell | Event | Acceptance] = [*shown, *events, *accepted]
    return History(
        entries=tuple(sorted(between, key=lambda entry: entry.at, reverse=True)),
        before=shown[-1].first if has_older else None,
    )


def _drifted(checks: Iterable[HealthCheck]) -> set[int]:
    rows = HealthCheck.objects.filter(pk__in=[check.pk for check in checks])
    return set(rows.exclude(drift=[]).values_list("pk", flat=True))


def _spells(newest_first: Iterable[HealthCheck], drifted: Container[int]) -> list[Spell]:
    spells: list[Spell] = []
    for check in newest_first:
        has_drifted = check.pk in drifted
        is_like = bool(spells) and spells[-1].has_drifted == has_drifted
        if is_like and _is_same(spells[-1].last, check):
            spells[-1] = replace(
                spells[-1],
                begins=check.requested_at,
                first=check.pk,
                count=spells[-1].count + 1,
            )
        else:
            at = check.requested_at
            spells.append(Spell(at, check, begins=at, first=check.pk, has_drifted=has_drifted))
    return spells


def _is_same(one: HealthCheck, other: HealthCheck) -> bool:
    return _is_routine(one) and _is_routine(other) and _counts(one) == _counts(other)


def _is_routine(check: HealthCheck) -> bool:
    return check.cause == HealthCause.SCHEDULE and check.state == HealthCheckState.DONE


def _counts(check: HealthCheck) -> tuple[object, ...]:
    return (check.status, check.criticals, check.warnings, check.unchecked, check.passed)


def _events(
    incidents: QuerySet[Incident], since: datetime | None, until: datetime | None
) -> list[Event]:
    """What happened to these between two moments, open ends where there is none."""
    rows = incidents.distinct().order_by("-started_at")
    if since is not None:
        rows = rows.filter(Q(started_at__gte=since) | Q(resolved_at__gte=since))
    moments = [
        Event(at=at, incident=incident, what=what)
        for incident in rows[:CHECKS_AT_ONCE]
        for what, at in (
            ("began", incident.started_at),
            ("mitigated", incident.mitigated_at),
            ("resolved", incident.resolved_at),
        )
        if at is not None
    ]
    return [
        event
        for event in moments
        if (since is None or event.at >= since) and (until is None or event.at <= until)
    ]


def _accepted(
    environment: Environment, since: datetime | None, until: datetime | None
) -> list[Acceptance]:
    rows = AdministrationEntry.objects.filter(environment=environment, kind="monitor.accepted")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lte=until)
    return [
        Acceptance(row.at, row, check if isinstance(check := row.data.get("check"), int) else None)
        for row in rows.select_related("actor")[:SPELLS_AT_ONCE]
    ]
