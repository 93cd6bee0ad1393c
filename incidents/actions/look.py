"""What a worker does with a health check: claim it, look, judge what was measured, keep it, tell.

Only workers import this: it brings Google's clients along.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from incidents import clock, draining, live
from incidents.actions.baseline import cleaner, compared, keep_snapshot, monitor_of
from incidents.actions.blindness import tell_of_blindness
from incidents.actions.check_health import hold_environment, record_end, record_failure
from incidents.actions.moves import hold
from incidents.actions.renewing import Renewing, lease
from incidents.actions.retention import compact
from incidents.actions.survey import Survey, survey
from incidents.actions.tell_of_health import Seen, end_all, tell_of_health
from incidents.actions.watches import Watched, keep_measurements, move_watches
from incidents.health_states import HealthCheckState, HealthStatus
from incidents.models import HealthCheck, Monitor
from incidents.queries.infrastructure import file_or_why
from runbook.document.definition import Json
from runbook.health.blindness import why_blind
from runbook.health.drift import Drift
from runbook.health.judging import GAPS
from runbook.health.report import Report
from runbook.health.verdict import Verdict, verdict_of

SHORTEST_INTERVAL = 120
"""Seconds: Cloud Monitoring shows a minute that much later."""

logger = logging.getLogger(__name__)


def run(check_id: int) -> None:
    """Safe to deliver twice: the second delivery finds it claimed."""
    if draining.is_asked():
        return
    check = claim(check_id)
    if check is None:
        return
    now = clock.now()
    infrastructure, why_none = file_or_why(check.environment)
    if infrastructure is None:
        _fail(check, why_none)
        return
    with Renewing(_held(check)):
        found = survey(check, infrastructure, now)
    conclude(check, found, now)


def claim(check_id: int) -> HealthCheck | None:
    """The check, held by this worker until its lease ends; None when somebody was first."""
    now = clock.now()
    waiting = HealthCheck.objects.filter(pk=check_id, state=HealthCheckState.WAITING)
    claimed = waiting.update(
        state=HealthCheckState.RUNNING,
        token=F("token") + 1,
        started_at=now,
        lease_until=lease(now),
    )
    if not claimed:
        return None
    check = HealthCheck.objects.select_related("environment", "incident").get(pk=check_id)
    live.health_changed(check.environment_id)
    return check


def _fail(check: HealthCheck, sentence: str) -> None:
    with transaction.atomic():
        if check.incident_id is not None:
            hold(pk=check.incident_id)
        _end(check, state=HealthCheckState.FAILED, error=sentence)
        record_failure(check, sentence)
    for monitor in Monitor.objects.filter(environment=check.environment):
        tell_of_blindness(monitor)


def conclude(check: HealthCheck, found: Survey, now: datetime) -> None:
    """Keep what a claimed check found at `now`, and have alerts follow where somebody watches.

    A look at some areas says nothing about thresholds, and nothing about what was configured.
    """
    if check.areas:
        _keep_areas(check, found.report)
    elif (seen := _keep(check, found, now)) is not None:
        tell_of_health(seen)
        _end_if_switched_off(seen)


def _end_if_switched_off(seen: Seen) -> None:
    """Meanwhile, whoever did that ended what was told until then."""
    if not Monitor.objects.filter(pk=seen.monitor.pk, is_on=True).exists():
        end_all(seen.environment)


def _keep_areas(check: HealthCheck, report: Report) -> None:
    with transaction.atomic():
        if check.incident_id is not None:
            hold(pk=check.incident_id)
        if _store(check, report, [], [], verdict_of(report)):
            record_end(check, _summary(check, report))


def _keep(check: HealthCheck, found: Survey, now: datetime) -> Seen | None:
    """All that was found, in one transaction. What is to be told of: nothing when the check was
    given to another worker, or nobody watches the environment."""
    with transaction.atomic():
        if check.incident_id is not None:
            hold(pk=check.incident_id)
        hold_environment(check.environment)
        monitor = monitor_of(check.environment)
        watched = _judged(check, found, now, monitor)
        drifted = compared(monitor, found.report)
        verdict = verdict_of(found.report, [one.threshold for one in watched if one.counts])
        if not _store(check, found.report, watched, drifted, verdict):
            transaction.set_rollback(True)
            return None
        keep_snapshot(monitor, check, found.report, drifted)
        record_end(check, _summary(check, found.report))
        if not monitor.is_on:
            compact(monitor)
    seen = Seen(monitor, found.report, watched, drifted, verdict)
    return seen if monitor.is_on else None


def _judged(check: HealthCheck, found: Survey, now: datetime, monitor: Monitor) -> list[Watched]:
    keep_measurements(check.environment, found.series)
    return move_watches(
        check.environment,
        found.infrastructure.thresholds,
        found.series,
        now=now,
        longest_gap=GAPS * max(monitor.every, SHORTEST_INTERVAL),
    )


def _store(
    check: HealthCheck,
    report: Report,
    watched: Sequence[Watched],
    drifted: Sequence[Drift],
    verdict: Verdict,
) -> bool:
    more: dict[str, Json] = {
        "numbers": [one.as_json() for one in watched],
        "verdict": verdict.layer,
        "because": verdict.because,
    }
    clean = cleaner(check.environment)
    return _end(
        check,
        state=HealthCheckState.DONE,
        status=HealthStatus(report.status),
        criticals=len(report.criticals),
        warnings=len(report.warnings),
        unchecked=len(report.unchecked),
        passed=report.passed,
        seconds=report.seconds,
        report=clean(report.as_json() | more),
        drift=clean([one.as_json() for one in drifted]),
        error=clean(why_blind(report)),
    )


def _held(check: HealthCheck) -> QuerySet[HealthCheck]:
    return HealthCheck.objects.filter(
        pk=check.pk, state=HealthCheckState.RUNNING, token=check.token
    )


def _end(check: HealthCheck, **columns: object) -> bool:
    """Unless the check is another worker's by now."""
    ended = _held(check).update(ended_at=clock.now(), lease_until=None, **columns) == 1
    if ended:
        live.health_changed(check.environment_id)
    else:
        logger.warning("health check %s was given to another worker", check.pk)
    return ended


def _summary(check: HealthCheck, report: Report) -> str:
    told = report.counted or "nothing to check"
    return f"{check.environment} is {report.status.value.upper()}: {told}"
