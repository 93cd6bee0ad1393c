"""What a Prometheus server may know of queues, health checks, alerts and validations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from incidents import clock
from incidents.health_states import (
    UNENDED_CHECKS,
    UNENDED_VALIDATIONS,
    AlertSeverity,
    AlertState,
    HealthCheckState,
    HealthStatus,
    ValidationState,
)
from incidents.models import Alert, Environment, HealthCheck, Run, Validation
from incidents.queries.whole_checks import newest_whole_checks
from incidents.states import EffectChoice, RunState

QUEUES = ("reads", "changes", "notifications")
_REDIS_SECONDS = 0.5


class WorkNumbers(Collector):
    """So many queries whatever there is, and one question to Redis, which may be away."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield _lengths()
        yield _lag(now)
        yield from _checks(now)
        yield _unended()
        yield _alerts()
        yield _validations()


def _lengths() -> Metric:
    """Without samples while Redis is away."""
    family = GaugeMetricFamily(
        "runbook_queue_length", "Messages that no worker has taken.", labels=["queue"]
    )
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=_REDIS_SECONDS,
        socket_timeout=_REDIS_SECONDS,
    )
    try:
        pipe = client.pipeline(transaction=False)
        for name in QUEUES:
            pipe.llen(name)
        for name, length in zip(QUEUES, pipe.execute(), strict=True):
            family.add_metric([name], float(length))
    except (redis.RedisError, OSError):
        return family
    finally:
        client.close()
    return family


def _lag(now: datetime) -> Metric:
    """By the rows, which are the truth: messages get lost. What waits for a resource that another
    run is changing is in no queue."""
    family = GaugeMetricFamily(
        "runbook_queue_lag_seconds",
        "For how long the oldest work has waited for a worker.",
        labels=["queue"],
    )
    free = Q(lease_until__isnull=True, waits_for__isnull=True)
    reads, queued = Q(effect=EffectChoice.READS), Q(state=RunState.QUEUED)
    found = Run.objects.filter(state__in=[RunState.PLANNING, RunState.QUEUED]).aggregate(
        reads=Min("requested_at", filter=free & (Q(state=RunState.PLANNING) | (queued & reads))),
        changes=Min("approval__decided_at", filter=free & queued & ~reads),
    )
    waiting = Q(state=HealthCheckState.WAITING)
    others = [
        HealthCheck.objects.filter(waiting).aggregate(oldest=Min("requested_at"))["oldest"],
        Validation.objects.filter(waiting).aggregate(oldest=Min("asked_at"))["oldest"],
    ]
    oldest = {"reads": _least([found["reads"], *others]), "changes": found["changes"]}
    for name, since in oldest.items():
        family.add_metric([name], max(0.0, (now - since).total_seconds()) if since else 0.0)
    return family


def _least(moments: list[datetime | None]) -> datetime | None:
    return min((one for one in moments if one), default=None)


def _checks(now: datetime) -> Iterator[Metric]:
    """The newest whole check of each environment."""
    age, status, open_ones, seconds = (
        GaugeMetricFamily(name, words, labels=labels)
        for name, words, labels in (
            ("runbook_check_age_seconds", "Age of the newest check.", ["environment"]),
            ("runbook_check_status", "1 for what it found.", ["environment", "status"]),
            ("runbook_check_findings", "What it found, by kind.", ["environment", "kind"]),
            ("runbook_check_duration_seconds", "How long it took.", ["environment"]),
        )
    )
    for row in _newest_checks():
        name = row["environment__name"]
        age.add_metric([name], (now - row["requested_at"]).total_seconds())
        seconds.add_metric([name], row["seconds"] or 0.0)
        for one in HealthStatus.values:
            status.add_metric([name, one], float(row["status"] == one))
        for kind in ("criticals", "warnings", "unchecked", "passed"):
            open_ones.add_metric([name, kind.removesuffix("s")], row[kind])
    yield from (age, status, open_ones, seconds)


def _newest_checks() -> list[dict[str, Any]]:  # Any: columns
    rows = newest_whole_checks(Environment.objects.all())
    columns = ("requested_at", "status", "seconds", "criticals", "warnings", "unchecked", "passed")
    return list(rows.order_by("environment__name").values("environment__name", *columns))


def _unended() -> Metric:
    family = GaugeMetricFamily("runbook_checks", "Checks that have not ended.", labels=["state"])
    rows = HealthCheck.objects.filter(state__in=UNENDED_CHECKS).order_by()
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    for state in UNENDED_CHECKS:
        family.add_metric([state.value], counts.get(state, 0))
    return family


def _alerts() -> Metric:
    family = GaugeMetricFamily("runbook_alerts_firing", "Alerts that fire.", labels=["severity"])
    rows = Alert.objects.filter(state=AlertState.FIRING).order_by()
    counts = dict(rows.values_list("severity").annotate(Count("pk")))
    for severity in AlertSeverity.values:
        family.add_metric([severity], counts.get(severity, 0))
    return family


def _validations() -> Metric:
    family = GaugeMetricFamily(
        "runbook_validations", "Validations by what came of them.", labels=["verdict"]
    )
    done = Q(state=ValidationState.DONE)
    counts = Validation.objects.aggregate(
        signed_off=Count("pk", filter=done & Q(may_sign_off=True)),
        not_signed_off=Count("pk", filter=done & Q(may_sign_off=False)),
        failed=Count("pk", filter=Q(state=ValidationState.FAILED)),
        unended=Count("pk", filter=Q(state__in=UNENDED_VALIDATIONS)),
    )
    for verdict, count in counts.items():
        family.add_metric([verdict], count)
    return family
