"""When reports are due, which are late and which are final, for one incident or for many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from incidents.models import Incident, ReportRevision, Timer
from incidents.states import TimerKind, TimerState

MOST = 12


@dataclass(frozen=True, slots=True)
class ReportDue:
    """`word` is "final", "due", "overdue", or "" where no clock was ever started."""

    word: str
    due_at: datetime | None = None


def report_due(incident: Incident, *, now: datetime) -> ReportDue:
    return reports_due([incident], now=now)[incident.pk]


def reports_due(incidents: Iterable[Incident], *, now: datetime) -> dict[int, ReportDue]:
    """By incident; two questions to the database however many there are."""
    ids = [incident.pk for incident in incidents]
    newest = ReportRevision.objects.filter(incident__in=ids).order_by("number")
    finals = dict(newest.values_list("incident_id", "is_final"))
    timers = Timer.objects.filter(incident__in=ids, kind=TimerKind.REPORT).exclude(
        state=TimerState.CANCELLED
    )
    due = dict(timers.order_by("occurrence").values_list("incident_id", "due_at"))
    return {pk: _due(finals.get(pk, False), due.get(pk), now) for pk in ids}


@dataclass(frozen=True, slots=True)
class WantedReport:
    """A report that somebody still has to write or finish."""

    incident: Incident
    due_at: datetime
    is_late: bool


def wanted_reports(visible: QuerySet[Incident], *, now: datetime) -> tuple[WantedReport, ...]:
    """Soonest first, the longest overdue before all others; a final mark takes one out."""
    timers = Timer.objects.filter(
        incident__in=visible,
        kind=TimerKind.REPORT,
        state__in=[TimerState.PENDING, TimerState.FIRED],
    )
    rows = list(timers.select_related("incident").order_by("due_at")[:MOST])
    due = reports_due([timer.incident for timer in rows], now=now)
    return tuple(
        WantedReport(timer.incident, timer.due_at, timer.due_at <= now)
        for timer in rows
        if due[timer.incident_id].word != "final"
    )


def _due(is_final: bool, due_at: datetime | None, now: datetime) -> ReportDue:  # noqa: FBT001
    if is_final:
        return ReportDue("final")
    if due_at is None:
        return ReportDue("")
    return ReportDue("overdue" if due_at <= now else "due", due_at)
