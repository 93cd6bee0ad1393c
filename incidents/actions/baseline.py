"""The configuration that an environment is compared with: that of its first healthy check, or one
that an administrator has accepted since, or that found as much and more that the file names now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from incidents.actions.storable import storable
from incidents.models import Environment, HealthCheck, Monitor
from incidents.redacting import redactor_with
from runbook.document.definition import Json
from runbook.health.drift import Drift, drift
from runbook.health.report import Report, Status, from_json


def cleaner(environment: Environment) -> Callable[[Json], Json]:
    """Makes what was found fit to be stored: every text in it without secrets, whatever it is
    called."""
    redactor = redactor_with({}, environment.redact)

    def clean(found: Json) -> Json:
        if isinstance(found, str):
            return redactor.text(found)
        if isinstance(found, list):
            return [clean(item) for item in found]
        if isinstance(found, dict):
            return {name: clean(item) for name, item in found.items()}
        return found

    return lambda found: clean(storable(found))


def monitor_of(environment: Environment) -> Monitor:
    """Its row, made where there is none, off. The caller holds the environment."""
    rows = Monitor.objects.select_related("baseline", "environment")
    row = rows.filter(environment=environment).first()
    return row or Monitor.objects.create(environment=environment)


def compared(monitor: Monitor, report: Report) -> list[Drift]:
    """What is configured otherwise than then, of the resources that could be read, and that were
    asked about both times: what the file has begun or ceased to name neither came nor went. Nothing
    before the first healthy check."""
    if monitor.baseline is None or monitor.baseline.snapshot is None:
        return []
    unseen = {one.resource for one in report.unchecked}
    asked_once = _asked_then(monitor.baseline) ^ _asked_now(report)
    found = _snapshot(monitor.environment, report)
    return drift(monitor.baseline.snapshot, found, unseen=unseen | asked_once)


def _asked_now(report: Report) -> set[str]:
    return {one.resource for one in report.findings()} | set(report.snapshot)


def _asked_then(baseline: HealthCheck) -> set[str]:
    known = set(baseline.snapshot or {})
    return known | _asked_now(from_json(baseline.report)) if baseline.report else known


def keep_snapshot(
    monitor: Monitor, check: HealthCheck, report: Report, drifted: Sequence[Drift]
) -> None:
    """Snapshots are kept where they say something: of the first healthy check, which is the one to
    compare with, and of those that differ from it. A healthy one that knows more, as the file names
    more by now, takes the place of the first."""
    known = _asked_then(monitor.baseline) if monitor.baseline else set()
    if drifted:
        _write(check, report)
    elif report.status == Status.HEALTHY and set(report.snapshot) - known:
        _write(check, report)
        same = Monitor.objects.filter(pk=monitor.pk, baseline=monitor.baseline_id)
        same.update(baseline=check)


def _write(check: HealthCheck, report: Report) -> None:
    snapshot = _snapshot(check.environment, report)
    HealthCheck.objects.filter(pk=check.pk).update(snapshot=snapshot)


def _snapshot(environment: Environment, report: Report) -> dict[str, dict[str, Json]]:
    plain: Json = {name: dict(fields) for name, fields in report.snapshot.items()}
    return cast("dict[str, dict[str, Json]]", cleaner(environment)(plain))
