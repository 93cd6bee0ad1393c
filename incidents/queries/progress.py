"""Whether an incident gets better, by what checks counted and alerts did; nothing where that is not
known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.db.models import Count, Min, Q, QuerySet

from incidents.health_states import AlertState
from incidents.models import Alert, HealthCheck, Incident
from incidents.queries.whole_checks import whole_checks

_BACK = timedelta(hours=1)
_ABOUT = timedelta(minutes=10)

Direction = Literal["better", "worse", "same", ""]


@dataclass(frozen=True, slots=True)
class Progress:
    """`direction` is "" where there is nothing to compare with, or what could not be checked may
    hide the difference. `sentence` says the counts, "" without any; `at` is the check's time."""

    direction: Direction
    sentence: str
    at: datetime | None

    @property
    def word(self) -> str:
        words = {"better": "Getting better.", "worse": "Getting worse.", "same": "Unchanged."}
        return words.get(self.direction, "")

    @property
    def icon(self) -> str:
        icons = {"better": "arrow-up", "worse": "arrow-down", "same": "minus"}
        return icons.get(self.direction, "activity")


NOTHING = Progress("", "", None)


def read_progress(incident: Incident) -> Progress:
    """Of an open incident: its newest check against the one an hour before, or the first one that
    was made since it began, and how many of its alerts have recovered."""
    if not incident.is_open:
        return NOTHING
    alerts = Alert.objects.filter(incident=incident).aggregate(
        total=Count("pk"),
        over=Count("pk", filter=Q(state=AlertState.RESOLVED)),
        first=Min("first_at"),
    )
    begins = min(incident.started_at, alerts["first"] or incident.started_at)
    checks = _counted(incident, begins)
    newest = checks.first()
    then = _earlier(checks, newest) if newest else None
    said = [_findings(newest, then) if newest else "", _recovered(alerts["over"], alerts["total"])]
    return Progress(
        direction=_direction(newest, then) if newest and then else "",
        sentence=" ".join(one for one in said if one),
        at=newest.requested_at if newest else None,
    )


def _counted(incident: Incident, begins: datetime) -> QuerySet[HealthCheck]:
    rows = whole_checks().filter(environment=incident.environment_id, requested_at__gte=begins)
    counts = rows.only("requested_at", "criticals", "warnings", "unchecked")
    return counts.order_by("-requested_at", "-pk")


def _earlier(checks: QuerySet[HealthCheck], newest: HealthCheck) -> HealthCheck | None:
    an_hour_before = checks.filter(requested_at__lte=newest.requested_at - _BACK).first()
    found = an_hour_before or checks.last()
    return found if found != newest else None


def _direction(newest: HealthCheck, then: HealthCheck) -> Direction:
    now, before = ((one.criticals, one.warnings) for one in (newest, then))
    if now == before:
        return "same" if now != (0, 0) and newest.unchecked == then.unchecked else ""
    if now < before:
        return "better" if newest.unchecked <= then.unchecked else ""
    return "worse" if newest.unchecked >= then.unchecked else ""


def _findings(newest: HealthCheck, then: HealthCheck | None) -> str:
    """Critical ones where there are any, now or then, else warnings."""
    kind = "critical finding" if newest.criticals or (then and then.criticals) else "warning"
    said = [_count(newest, kind)]
    if then:
        said.append(f"{_then(_number(then, kind), _number(newest, kind))} {_when(newest, then)}")
    if newest.unchecked:
        said.append(f"{newest.unchecked} could not be checked")
    return f"{', '.join(said)}."


def _then(before: int, now: int) -> str:
    return "as" if before == now else str(before or "none")


def _number(check: HealthCheck, kind: str) -> int:
    return check.criticals if kind == "critical finding" else check.warnings


def _count(check: HealthCheck, kind: str) -> str:
    number = _number(check, kind)
    return f"{number or 'No'} {kind}{'' if number == 1 else 's'}"


def _when(newest: HealthCheck, then: HealthCheck) -> str:
    if abs(newest.requested_at - then.requested_at - _BACK) < _ABOUT:
        return "an hour ago"
    return f"at {then.requested_at.astimezone(UTC):%H:%M} UTC"


def _recovered(over: int, total: int) -> str:
    if not total:
        return ""
    if total == 1:
        return "Its alert has recovered." if over else "Its alert still fires."
    if over == total:
        return f"All {total} alerts have recovered."
    return f"{over or 'None'} of {total} alerts {'have' if over > 1 else 'has'} recovered."
