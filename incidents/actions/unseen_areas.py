"""Areas of which a monitor sees nothing, or not all, while it sees the rest: an alert for each.

What is counted is expectations and not whole areas, as every read needs a permission of its own:
one secret of ten may be closed, or all of them be listed and none be read. Read from the checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple, cast

from incidents import clock
from incidents.actions.alerts import MOST_FINDINGS, Signal
from incidents.actions.blindness import IN_A_ROW, patience_of
from incidents.health_states import AlertKind, HealthCause
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.monitors import unseen_key
from incidents.queries.whole_checks import whole_checks
from runbook.document.definition import Json
from runbook.health.blindness import unchecked_in, why_unseen
from runbook.health.report import AreaReport, Finding, Named, Report, from_json, named
from runbook.health.thresholds import BLIND

MOST_READ = 20
"""Checks, those by hand among them, in which the scheduled ones are looked for."""


class _Looks(NamedTuple):
    """The newest report, and what no check since `first_at` could check: nothing where fewer were
    made on schedule than count, or one is kept no more."""

    report: Report
    unseen: frozenset[Named]
    first_at: datetime


def signals_of_unseen(monitor: Monitor, firing: Mapping[str, Alert]) -> list[Signal]:
    """One for each area of which something is unseen; `firing` are alerts by their keys. One that
    fires goes on with what it named, until that is seen again."""
    looks = _looks(monitor, clock.now())
    if looks is None:
        return []
    found = []
    for area in looks.report.areas:
        told = firing.get(unseen_key(monitor.environment, area.area))
        lasting = looks.unseen | (named(told.findings) if told else frozenset())
        unseen = [one for name, one in unchecked_in(area).items() if name in lasting]
        if unseen:
            title = told.title if told else _title(monitor.environment, area, looks.first_at)
            found.append(_signal(monitor.environment, area, unseen, title))
    return found


def _looks(monitor: Monitor, now: datetime) -> _Looks | None:
    rows = whole_checks().filter(
        environment=monitor.environment_id, requested_at__gt=now - 2 * patience_of(monitor)
    )
    newest = list(rows.values_list("pk", "cause", "requested_at")[:MOST_READ])
    count = _how_many_count([cause for _, cause, _ in newest])
    counted = newest[: count or 1]
    reports = _reports([pk for pk, _, _ in counted])
    if not reports:
        return None
    is_long = 0 < count == len(reports)
    unseen = frozenset.intersection(*map(_unchecked, reports)) if is_long else frozenset()
    return _Looks(reports[0], unseen, counted[-1][2])


def _how_many_count(causes: Sequence[str]) -> int:
    """The newest checks, down to the scheduled one that makes a row; 0 while there is none."""
    scheduled = [at for at, cause in enumerate(causes) if cause == HealthCause.SCHEDULE]
    return scheduled[IN_A_ROW - 1] + 1 if len(scheduled) >= IN_A_ROW else 0


def _unchecked(report: Report) -> frozenset[Named]:
    return frozenset(name for area in report.areas for name in unchecked_in(area))


def _reports(pks: list[int]) -> list[Report]:
    """In that order, each as it is stored: without secrets, so that names in it can be compared."""
    rows = dict(HealthCheck.objects.filter(pk__in=pks).values_list("pk", "report"))
    found = [rows.get(pk) for pk in pks]
    return [from_json(one) for one in found if one]


def _title(environment: Environment, area: AreaReport, first_at: datetime) -> str:
    """Since the last check before in which Google, or anybody, answered at all."""
    before = whole_checks().filter(environment=environment, error="", requested_at__lt=first_at)
    seen_at = before.values_list("requested_at", flat=True).first() or first_at
    since = f"{seen_at:%Y-%m-%d %H:%M} UTC"
    return f"The monitor of {environment} has not seen all of {area.title} since {since}"


def _signal(
    environment: Environment, area: AreaReport, unseen: list[Finding], title: str
) -> Signal:
    because = why_unseen(area, unseen)
    return Signal(
        kind=AlertKind.MONITOR,
        key=unseen_key(environment, area.area),
        firing=True,
        title=title,
        summary=f"What is wrong there is not noticed. {because}",
        environment=environment,
        labels={
            "threshold": BLIND,
            "subject": environment.name,
            "area": area.area.value,
            "project": environment.project,
            "region": environment.region,
            "layer": "",
        },
        link=f"/health/{environment.name}/",
        because=because,
        findings=[cast("Json", asdict(one)) for one in unseen[:MOST_FINDINGS]],
    )
