"""What a Prometheus server may know of this installation: numbers alone, read when it asks.

Read from the database and not counted in processes: any number of them may run and die.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Max, Q, Sum, When
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from incidents import clock
from incidents.models import Approval, Heartbeat, Notification, Run, Timer
from incidents.states import (
    ApprovalState,
    EffectChoice,
    NotificationState,
    RunState,
    TimerKind,
    TimerState,
)

BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
WINDOW = timedelta(hours=24)


class Numbers(Collector):
    """One query for each kind of row. Lateness is that of the last 24 hours."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield from _timers(now)
        yield _heartbeats(now)
        yield from _approvals(now)
        yield _runs()
        yield _notifications()


def _timers(now: datetime) -> Iterator[Metric]:
    rows = _timer_rows(now)
    counts = GaugeMetricFamily(
        "runbook_timers",
        "Timers by kind and state; overdue ones are pending.",
        labels=["kind", "state"],
    )
    late = HistogramMetricFamily(
        "runbook_timer_lateness_seconds",
        "How late timers fired, of the last 24 hours.",
        labels=["kind"],
    )
    latest = GaugeMetricFamily(
        "runbook_timer_lateness_max_seconds", "The latest of them.", labels=["kind"]
    )
    for kind in TimerKind.values:
        row = rows.get(kind, {})
        for state in ("pending", "overdue", "paused", "fired"):
            counts.add_metric([kind, state], row.get(state) or 0)
        buckets = [(str(limit), row.get(_name(limit)) or 0) for limit in BUCKETS]
        total = row.get("recent") or 0
        late.add_metric([kind], [*buckets, ("+Inf", total)], row.get("total") or 0.0)
        latest.add_metric([kind], row.get("latest") or 0.0)
    yield from (counts, late, latest)


def _timer_rows(now: datetime) -> dict[str, dict[str, float | None]]:
    """By kind: how many stand where, how many fired within each bucket, and how late in all."""
    pending, fired = Q(state=TimerState.PENDING), Q(state=TimerState.FIRED)
    recent = fired & Q(fired_at__gt=now - WINDOW)
    counts = {
        "pending": Count("pk", filter=pending),
        "overdue": Count("pk", filter=pending & Q(due_at__lte=now)),
        "paused": Count("pk", filter=Q(state=TimerState.PAUSED)),
        "fired": Count("pk", filter=fired),
        "recent": Count("pk", filter=recent),
        "total": Sum("late", filter=recent),
        "latest": Max("late", filter=recent),
    }
    within = {_name(one): Count("pk", filter=recent & Q(late__lte=one)) for one in BUCKETS}
    found = Timer.objects.order_by().values("kind").annotate(**counts, **within)
    return {row["kind"]: cast("dict[str, float | None]", row) for row in found}


def _name(limit: float) -> str:
    return f"within_{limit:g}".replace(".", "_")


def _heartbeats(now: datetime) -> Metric:
    ages = GaugeMetricFamily(
        "runbook_heartbeat_age_seconds",
        "Seconds since a process last said that it works.",
        labels=["process"],
    )
    for beat in Heartbeat.objects.order_by("process"):
        ages.add_metric([beat.process], (now - beat.at).total_seconds())
    return ages


def _approvals(now: datetime) -> Iterator[Metric]:
    waiting, expired = Q(state=ApprovalState.WAITING), Q(state=ApprovalState.EXPIRED)
    late = ExpressionWrapper(F("decided_at") - F("expires_at"), output_field=DurationField())
    found = Approval.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(expires_at__lte=now)),
        latest=Max(
            Case(When(expired & Q(decided_at__gt=now - WINDOW), then=late)),
        ),
    )
    count = GaugeMetricFamily(
        "runbook_approvals", "Questions without a decision.", labels=["state"]
    )
    count.add_metric(["waiting"], found["waiting"])
    count.add_metric(["overdue"], found["overdue"])
    latest: timedelta = found["latest"] or timedelta()
    yield count
    yield GaugeMetricFamily(
        "runbook_approval_expiry_lateness_max_seconds",
        "How late the latest expiry of the last 24 hours was noted.",
        value=latest.total_seconds(),
    )


def _runs() -> Metric:
    family = GaugeMetricFamily("runbook_runs", "Runs by state.", labels=["state", "effect"])
    rows = Run.objects.order_by().values_list("state", "effect").annotate(count=Count("pk"))
    counts = {(state, effect): count for state, effect, count in rows}
    for state in RunState.values:
        for effect in EffectChoice.values:
            family.add_metric([state, effect], counts.get((state, effect), 0))
    return family


def _notifications() -> Metric:
    family = GaugeMetricFamily("runbook_notifications", "Notifications by state.", labels=["state"])
    counts = dict(Notification.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in NotificationState.values:
        family.add_metric([state], counts.get(state, 0))
    return family
