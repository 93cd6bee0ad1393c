"""What an incident's room shows of alerts, of the newest check, and of whether the fix holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from incidents.health_states import UNENDED_VALIDATIONS, AlertState
from incidents.models import Alert, HealthCheck, Incident, Validation
from incidents.queries.alert_causes import Cause, by_cause
from incidents.queries.environment_health.matrix import Row, rows_of
from incidents.queries.environment_health.standing import sentence_of
from incidents.queries.infrastructure import file_or_why
from incidents.queries.validations import CategoryLines, categories_of, newest_validation
from incidents.queries.whole_checks import whole_checks

ALERTS = 12
PINNED = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """Whether infrastructure or the application is at fault, as a sentence, and the findings that
    say so. Both empty where nobody knows."""

    sentence: str
    because: str


@dataclass(frozen=True, slots=True)
class PinnedAlert:
    """`rows` are what the check had found that showed it, `left_out` counts the rest of them."""

    alert: Alert
    rows: tuple[Row, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class IncidentHealth:
    """`firing` counts all alerts that still fire. `problem` says why there can be no check."""

    alerts: tuple[PinnedAlert, ...]
    firing: int
    check: HealthCheck | None
    sentence: str
    validation: Validation | None
    categories: tuple[CategoryLines, ...]
    problem: str

    @property
    def causes(self) -> tuple[Cause[PinnedAlert], ...]:
        return by_cause(self.alerts, lambda pinned: pinned.alert)

    @property
    def has_something(self) -> bool:
        return bool(self.alerts or self.check or self.validation or not self.problem)

    @property
    def is_validating(self) -> bool:
        return self.validation is not None and self.validation.state in UNENDED_VALIDATIONS

    @property
    def headline(self) -> str:
        """The first sentence of the recommendation; `rest` is what follows it."""
        return self._recommended[0]

    @property
    def rest(self) -> str:
        return self._recommended[1]

    @property
    def _recommended(self) -> tuple[str, str]:
        words = self.validation.recommendation if self.validation else ""
        first, stop, rest = words.partition(". ")
        return first + stop.strip(), rest

    @property
    def percent(self) -> int:
        """Share of what could be checked that holds."""
        one = self.validation
        return round(100 * one.passed / one.total) if one and one.total else 0


def read_incident_health(incident: Incident) -> IncidentHealth:
    rows = Alert.objects.filter(incident=incident)
    check = _newest_whole(incident)
    validation = newest_validation(incident)
    return IncidentHealth(
        alerts=tuple(_pinned(alert) for alert in rows.order_by("state", "-last_at")[:ALERTS]),
        firing=rows.filter(state=AlertState.FIRING).count(),
        check=check,
        sentence=sentence_of(check) if check else "",
        validation=validation,
        categories=tuple(categories_of(validation)) if validation else (),
        problem=file_or_why(incident.environment)[1],
    )


def fault_of(incident: Incident) -> Fault:
    """By its alerts, else by the newest check made for it."""
    alert = Alert.objects.filter(incident=incident).exclude(verdict="").first()
    if alert is not None:
        return _fault(alert.verdict, alert.because)
    check = HealthCheck.objects.filter(incident=incident, report__isnull=False).first()
    report: dict[str, Any] = check.report or {} if check else {}  # Any: JSON
    return _fault(str(report.get("verdict") or ""), str(report.get("because") or ""))


def _fault(verdict: str, because: str) -> Fault:
    if not verdict:
        return Fault("", "")
    what = "The infrastructure" if verdict == "infrastructure" else "The application"
    return Fault(f"{what} is at fault.", because)


def _newest_whole(incident: Incident) -> HealthCheck | None:
    """The newest of its environment; what was found says nothing of one that is over."""
    rows = whole_checks().filter(environment=incident.environment_id)
    if incident.resolved_at is not None:
        rows = rows.filter(requested_at__lte=incident.resolved_at)
    return rows.defer("report", "snapshot", "drift").order_by("-requested_at").first()


def _pinned(alert: Alert) -> PinnedAlert:
    rows = rows_of(alert.findings)
    return PinnedAlert(alert, rows[:PINNED], max(0, len(rows) - PINNED))
