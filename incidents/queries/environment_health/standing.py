"""How environments stand by their newest whole check: in one word, one sentence, and how old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from incidents.health_states import UNENDED_CHECKS, AlertState, HealthCheckState, HealthStatus
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.environment_health.matrix import Matrix, read_matrix
from incidents.queries.monitors import Blindness, read_blindness
from incidents.queries.whole_checks import newest_whole_checks

STALE_INTERVALS = 3
AHEAD = timedelta(seconds=30)
"""So far clocks of several machines may differ."""

FAILED_SINCE = timedelta(days=1)
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """`check` is the newest whole one that was made, None before the first; `matrix` its report,
    None once that was dropped. `running` waits or is at work; `failed` could not be made, after
    `check`. `firing` counts alerts that fire, `blind` is the one that its monitor sees nothing,
    `unseen` are those of areas that it does not see all of."""

    environment: Environment
    monitor: Monitor | None
    check: HealthCheck | None
    matrix: Matrix | None
    running: HealthCheck | None
    failed: HealthCheck | None
    firing: int
    is_stale: bool
    blind: Alert | None = None
    unseen: tuple[Alert, ...] = ()

    @property
    def word(self) -> str:
        """What was healthy before its monitor saw nothing is not known to be so any more."""
        if self.check is None:
            return "never checked"
        is_guess = self.blind is not None and self.check.status == HealthStatus.HEALTHY
        return UNKNOWN if is_guess else self.check.status

    @property
    def sentence(self) -> str:
        if self.check is None:
            return "It has not been checked yet."
        when = "When it was last seen: " if self.blind else ""
        return when + sentence_of(self.check)

    @property
    def is_watched(self) -> bool:
        return self.monitor is not None and self.monitor.is_on


@dataclass(frozen=True, slots=True)
class _Found:
    """By environment."""

    newest: dict[int, HealthCheck]
    unended: dict[int, HealthCheck]
    failed: dict[int, HealthCheck]
    firing: dict[int, int]
    blindness: dict[int, Blindness]


def read_standings(environments: QuerySet[Environment], *, now: datetime) -> tuple[Standing, ...]:
    """In the order of how bad it is, then of names; the same number of queries for any number."""
    rows = list(environments.select_related("monitor").order_by("name"))
    own = Environment.objects.filter(pk__in=[row.pk for row in rows])
    found = _Found(
        newest=_by_environment(newest_whole_checks(own).defer("snapshot")),
        unended=_by_environment(_unended_of(rows)),
        failed=_by_environment(_failed_of(rows, now - FAILED_SINCE)),
        firing=_firing_in(rows),
        blindness=read_blindness(rows),
    )
    return tuple(sorted((_standing(row, found, now) for row in rows), key=_badness))


def read_standing(environment: Environment, *, now: datetime) -> Standing:
    (one,) = read_standings(Environment.objects.filter(pk=environment.pk), now=now)
    return one


def sentence_of(check: HealthCheck) -> str:
    """What a whole check found, in one sentence."""
    total = check.criticals + check.warnings + check.unchecked + check.passed
    if check.status == "healthy":
        return f"All {total} expectations hold."
    counts = [
        (check.criticals, "critical failure", "critical failures"),
        (check.warnings, "warning", "warnings"),
        (check.unchecked, "could not be checked", "could not be checked"),
    ]
    said = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    return f"{', '.join(said)}, {check.passed} as expected."


def is_stale(check: HealthCheck | None, monitor: Monitor | None, now: datetime) -> bool:
    """A watched environment that has not been looked at for three intervals, or not since the clock
    was set back: how old that look is nobody knows."""
    if check is None or monitor is None or not monitor.is_on:
        return False
    age = now - check.requested_at
    return not -AHEAD <= age <= timedelta(seconds=STALE_INTERVALS * monitor.every)


def _standing(row: Environment, found: _Found, now: datetime) -> Standing:
    monitor: Monitor | None = getattr(row, "monitor", None)
    check, failed = found.newest.get(row.pk), found.failed.get(row.pk)
    is_news = failed and (check is None or failed.requested_at > check.requested_at)
    return Standing(
        environment=row,
        monitor=monitor,
        check=check,
        matrix=read_matrix(check.report) if check and check.report else None,
        running=found.unended.get(row.pk),
        failed=failed if is_news else None,
        firing=found.firing.get(row.pk, 0),
        is_stale=is_stale(check, monitor, now),
        blind=found.blindness[row.pk].whole,
        unseen=found.blindness[row.pk].areas,
    )


BADNESS = ["critical", "degraded", UNKNOWN, "never checked", "healthy"]


def _badness(one: Standing) -> tuple[bool, int, str]:
    is_unknown = one.check is None and not one.is_watched
    return is_unknown, BADNESS.index(one.word), one.environment.name


def _failed_of(environments: Iterable[Environment], since: datetime) -> QuerySet[HealthCheck]:
    """Whole checks that could not be made lately, the newest last."""
    pks = [row.pk for row in environments]
    failed = HealthCheck.objects.filter(environment__in=pks, state=HealthCheckState.FAILED)
    lately = failed.filter(requested_at__gte=since, areas=[]).order_by("requested_at")
    return lately.only("environment", "requested_at", "error")


def _unended_of(environments: Iterable[Environment]) -> QuerySet[HealthCheck]:
    pks = [row.pk for row in environments]
    found = HealthCheck.objects.filter(environment__in=pks, state__in=UNENDED_CHECKS)
    return found.select_related("requested_by").order_by("requested_at")


def _by_environment(checks: Iterable[HealthCheck]) -> dict[int, HealthCheck]:
    return {check.environment_id: check for check in checks}


def _firing_in(environments: Iterable[Environment]) -> dict[int, int]:
    pks = [row.pk for row in environments]
    firing = Alert.objects.filter(environment__in=pks, state=AlertState.FIRING)
    counted = firing.order_by().values("environment").annotate(count=Count("pk"))
    return {row["environment"]: row["count"] for row in counted}
