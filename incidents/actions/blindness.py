"""Monitors that see nothing: their checks fail, find nothing out, or no worker makes them.

Read from the checks alone, by the worker that ends one and by the clock that asks for the next.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from incidents import clock
from incidents.actions.alerts import Signal, hear_all
from incidents.health_states import UNENDED_CHECKS, AlertKind, HealthCause, HealthCheckState
from incidents.models import Environment, HealthCheck, Monitor
from incidents.queries.monitors import blind_alerts, blind_key
from runbook.health.thresholds import BLIND

IN_A_ROW = 3
"""Scheduled checks, or intervals without one."""

LEAST_PATIENCE = timedelta(minutes=3)
"""For a check that is not made, however short the interval: it may be slow, or its worker die."""


class _Blind(NamedTuple):
    since: datetime
    because: str


def tell_of_blindness(monitor: Monitor) -> None:
    """Have the alert begin where the monitor is blind. Outside of transactions, safe to repeat."""
    signals = signals_of_blindness(monitor) if monitor.is_on else []
    if signals:
        hear_all(signals)


def signals_of_blindness(monitor: Monitor) -> list[Signal]:
    """What is new about a monitor that sees nothing: one signal, or none. What it told of before it
    went blind is not touched."""
    blind = _blind(monitor, clock.now())
    if blind is None:
        return []
    environment = monitor.environment
    told = blind_alerts([environment]).filter(because=blind.because)
    return [] if told.exists() else [_begin(environment, blind)]


def patience_of(monitor: Monitor) -> timedelta:
    """How long so many checks in a row take, or one that is not made is waited for."""
    return max(IN_A_ROW * timedelta(seconds=monitor.every), LEAST_PATIENCE)


def _blind(monitor: Monitor, now: datetime) -> _Blind | None:
    """One query while all is well."""
    patience = patience_of(monitor)
    newest = list(_whole(monitor).filter(cause=HealthCause.SCHEDULE)[: IN_A_ROW + 1])
    late = [one for one in newest if not _is_ended(one) and one.requested_at <= now - patience]
    if late:
        return _unless_seen(monitor, late[-1], _NO_WORKER.format(late[-1].requested_at))
    ended = [one for one in newest if _is_ended(one)][:IN_A_ROW]
    lately = [one for one in ended if one.error and one.requested_at > now - 2 * patience]
    if len(lately) < IN_A_ROW:
        return None
    return _unless_seen(monitor, lately[-1], lately[0].error)


_NO_WORKER = (
    "No worker has made the check of {:%Y-%m-%d %H:%M} UTC. See whether a worker of the queue"
    " “reads” runs, and what it writes to its log."
)


def _unless_seen(monitor: Monitor, first: HealthCheck, why: str) -> _Blind | None:
    """None where a check that somebody asked for has found something out meanwhile."""
    seen = _whole(monitor).filter(state=HealthCheckState.DONE, error="").first()
    if seen is not None and seen.requested_at >= first.requested_at:
        return None
    return _Blind(seen.requested_at if seen else first.requested_at, why)


def _whole(monitor: Monitor) -> QuerySet[HealthCheck]:
    """The newest first. One that was made and has an `error` found nothing out."""
    rows = HealthCheck.objects.filter(environment=monitor.environment_id, areas=[])
    return rows.only("requested_at", "error", "state")


def _is_ended(check: HealthCheck) -> bool:
    return check.state not in UNENDED_CHECKS


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
