"""Monitors that see nothing: their checks fail, find nothing out, or no worker makes them.

Read from the checks alone, by the worker that ends one and by the clock that asks for the next.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from incidents import clock
from incidents.actions.alerts import Signal, hear_all
from incidents.health_states import UNENDED_CHECKS, AlertKind, HealthCause, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.monitors import blind_alerts, blind_key
from runbook.health.thresholds import BLIND

IN_A_ROW = 3
"""Scheduled checks, or intervals without one."""

LEAST_PATIENCE = timedelta(minutes=3)
"""For a check that is not made, however short the interval: it may be slow, or its worker die."""

_SAW = Q(state=HealthCheckState.DONE, error="")


class _Blind(NamedTuple):
    since: datetime
    because: str


def tell_of_blindness(environment: Environment) -> None:
    """Have the alert begin or end. Outside of transactions, and safe to repeat."""
    signals = signals_of_blindness(environment)
    if signals:
        hear_all(signals)


def signals_of_blindness(environment: Environment) -> list[Signal]:
    """What is new about whether the monitor sees anything: one signal, or none. What it told of
    before it went blind is not touched."""
    monitor = Monitor.objects.filter(environment=environment, is_on=True).first()
    if monitor is None:
        return []
    alert = blind_alerts([environment]).first()
    blind = _blind(monitor, clock.now())
    if blind is None:
        return [_end(environment, alert)] if alert and _sees(environment) else []
    is_known = alert is not None and alert.because == blind.because
    return [] if is_known else [_begin(environment, blind)]


def _blind(monitor: Monitor, now: datetime) -> _Blind | None:
    patience = max(IN_A_ROW * timedelta(seconds=monitor.every), LEAST_PATIENCE)
    scheduled = _whole(monitor.environment_id).filter(cause=HealthCause.SCHEDULE)
    late = scheduled.filter(state__in=UNENDED_CHECKS, requested_at__lte=now - patience).last()
    if late is not None:
        return _unless_seen(monitor, late, _NO_WORKER.format(late.requested_at))
    ended = scheduled.exclude(state__in=UNENDED_CHECKS)
    lately = list(ended.filter(requested_at__gt=now - 2 * patience)[:IN_A_ROW])
    if len(lately) < IN_A_ROW or any(not one.error for one in lately):
        return None
    return _unless_seen(monitor, lately[-1], lately[0].error)


_NO_WORKER = (
    "No worker has made the check of {:%Y-%m-%d %H:%M} UTC. See whether a worker of the queue"
    " “reads” runs, and what it writes to its log."
)


def _unless_seen(monitor: Monitor, first: HealthCheck, why: str) -> _Blind | None:
    """None where a check that somebody asked for has found something out meanwhile."""
    seen = _whole(monitor.environment_id).filter(_SAW).first()
    if seen is not None and seen.requested_at >= first.requested_at:
        return None
    return _Blind(seen.requested_at if seen else first.requested_at, why)


def _sees(environment: Environment) -> bool:
    newest = _whole(environment.pk).exclude(state__in=UNENDED_CHECKS).first()
    return newest is not None and not newest.error


def _whole(environment_id: int) -> QuerySet[HealthCheck]:
    """The newest first. One that was made and has an `error` found nothing out."""
    rows = HealthCheck.objects.filter(environment=environment_id, areas=[])
    return rows.only("requested_at", "error", "environment")


def _begin(environment: Environment, blind: _Blind) -> Signal:
    since = f"{blind.since:%Y-%m-%d %H:%M} UTC"
    return Signal(
        kind=AlertKind.MONITOR,
        key=blind_key(environment),
        firing=True,
        title=f"The monitor of {environment} has seen nothing since {since}",
        summary=f"What stood then goes on standing, whatever has happened since. {blind.because}",
        environment=environment,
        labels={
            "threshold": BLIND,
            "subject": environment.name,
            "project": environment.project,
            "region": environment.region,
            "layer": "",
        },
        link=f"/health/{environment.name}/",
        because=blind.because,
    )


def _end(environment: Environment, alert: Alert) -> Signal:
    return Signal(
        kind=AlertKind.MONITOR,
        key=alert.key,
        firing=False,
        title=alert.title,
        environment=environment,
    )
