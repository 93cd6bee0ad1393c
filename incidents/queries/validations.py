"""Validations of a fix: what they start from, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.health_states import AlertKind, HealthCause, HealthCheckState, ValidationState
from incidents.models import Alert, HealthCheck, Incident, Measurement, Step, Validation
from incidents.queries.whole_checks import whole_checks
from incidents.states import StepState
from runbook.document.definition import Json
from runbook.health.report import Finding, finding_from_json, from_json
from runbook.health.results import Seen, StepFact

NUMBERS_BEFORE = timedelta(minutes=10)
"""So long before a check, numbers of Cloud Monitoring still say how it was then."""

Line = dict[str, Any]  # Any: JSON of one result
MARKS = {True: "passed", False: "failed", None: "not checked"}


@dataclass(frozen=True, slots=True)
class CategoryLines:
    """The results of one category. What could not be checked is in neither count."""

    name: str
    lines: list[Line]

    @property
    def passed(self) -> int:
        return sum(1 for line in self.lines if line["passed"] is True)

    @property
    def total(self) -> int:
        return sum(1 for line in self.lines if line["passed"] is not None)

    @property
    def is_whole(self) -> bool:
        return all(line["passed"] is True for line in self.lines)

    @property
    def look(self) -> str:
        """What could not be checked has not failed."""
        if self.passed < self.total:
            return "critical"
        return "passed" if self.is_whole else "unchecked"


def newest_validation(incident: Incident) -> Validation | None:
    rows = Validation.objects.filter(incident=incident).select_related(
        "asked_by", "before", "after"
    )
    return rows.order_by("-number").first()


def done_validations(incident: Incident) -> QuerySet[Validation]:
    """The first one first."""
    rows = Validation.objects.filter(incident=incident, state=ValidationState.DONE)
    return rows.select_related("asked_by", "before", "after").order_by("number")


def categories_of(validation: Validation) -> list[CategoryLines]:
    """Results come category by category."""
    lines = cast("list[Line]", validation.results)
    return [
        CategoryLines(name, list(found))
        for name, found in groupby(lines, key=lambda line: str(line["category"]))
    ]


def sealed_part(
    results: list[Json],
    passed: int,
    total: int,
    may_sign_off: bool,  # noqa: FBT001  (columns in their order)
    recommendation: str,
) -> dict[str, Json]:
    """What the digest of a validation is over, by the names of its columns."""
    return {
        "results": results,
        "passed": passed,
        "total": total,
        "may_sign_off": may_sign_off,
        "recommendation": recommendation,
    }


def sealed_part_of(row: Validation) -> dict[str, Json]:
    return sealed_part(row.results, row.passed, row.total, row.may_sign_off, row.recommendation)


def before_check(incident: Incident) -> HealthCheck | None:
    """The check that showed the fault: the one behind the alert that belongs to the incident, else
    the first whole one since it began, else the last before it."""
    own = whole_checks().filter(environment=incident.environment)
    whole = own.exclude(cause=HealthCause.VALIDATION)
    alert = _alert_of(incident)
    if alert is not None:
        behind = whole.filter(requested_at__lte=alert.first_at).order_by("-requested_at").first()
        if behind is not None:
            return behind
    since = whole.filter(requested_at__gte=incident.started_at).order_by("requested_at")
    before = whole.filter(requested_at__lt=incident.started_at).order_by("-requested_at")
    return since.first() or before.first()


def _alert_of(incident: Incident) -> Alert | None:
    rows = Alert.objects.filter(incident=incident, kind=AlertKind.MONITOR)
    return rows.order_by("first_at").first()


def seen_before(incident: Incident, check: HealthCheck | None) -> Seen:
    """Findings that were pinned when it was declared stand in for a report that is gone."""
    seen = seen_in(check) if check else Seen()
    alert = _alert_of(incident)
    if seen.findings or alert is None:
        return seen
    return Seen(tuple(_pinned(alert)), seen.numbers)


def _pinned(alert: Alert) -> Iterator[Finding]:
    for one in alert.findings:
        if isinstance(one, dict) and {"area", "resource", "expectation"} <= one.keys():
            yield finding_from_json(one)


def seen_in(check: HealthCheck) -> Seen:
    if check.state != HealthCheckState.DONE:
        return Seen(error=check.error or "The check did not come to an end.")
    report = from_json(check.report) if check.report else None
    measured = report.measured if report else ()
    numbers = {(one.name, one.subject): one.value for one in measured}
    findings = tuple(report.findings()) if report else ()
    return Seen(findings, numbers | _numbers_of(check))


def _numbers_of(check: HealthCheck) -> dict[tuple[str, str], float]:
    """The newest value of each metric and subject at that time."""
    rows = Measurement.objects.filter(
        environment=check.environment_id,
        span=0,
        at__gt=check.requested_at - NUMBERS_BEFORE,
        at__lte=check.ended_at or check.requested_at,
    )
    values = rows.order_by("at").values_list("name", "subject", "value")
    return {(name, subject): value for name, subject, value in values}


def exit_criteria(incident: Incident) -> list[StepFact]:
    steps = incident.steps.filter(is_exit_criterion=True, phase__is_rollback=False)
    return [_fact(step) for step in steps.select_related("decided_by").order_by("position")]


def _fact(step: Step) -> StepFact:
    """What was skipped is neither true nor false: somebody did not look."""
    if step.state == StepState.OPEN:
        return StepFact(step.title, None, "not ticked")
    words = "ticked" if step.state == StepState.DONE else f"skipped: {step.reason}"
    return StepFact(step.title, True if step.state == StepState.DONE else None, words + _who(step))


def _who(step: Step) -> str:
    if step.decided_by is None or step.decided_at is None:
        return ""
    return f" by {_name(step.decided_by)}, {step.decided_at:%Y-%m-%d %H:%M} UTC"


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()
