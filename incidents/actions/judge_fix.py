"""What a worker does with a validation: check everything, hold it against what was before, judge.

Imports Google's clients: only workers and their tests import this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.db import DatabaseError

from incidents import clock, draining
from incidents.actions import look
from incidents.actions.renewing import Renewing
from incidents.actions.storable import storable
from incidents.actions.validation_moves import claim, fail, hand_back, held_here, keep
from incidents.health_states import UNENDED_CHECKS, HealthCause
from incidents.models import HealthCheck, Incident, Validation
from incidents.queries.infrastructure import file_or_why
from incidents.queries.validations import (
    before_check,
    exit_criteria,
    seen_before,
    seen_in,
)
from incidents.redacting import redactor_for
from incidents.targets import target_of
from runbook.cloud.sessions import Session
from runbook.document.definition import Json
from runbook.health.criteria import OTHERWISE, Criteria, OfMetric, What
from runbook.health.metrics import METRICS, Metric
from runbook.health.results import Evidence, Seen, results_of
from runbook.health.trying import Newest, Tried, newest, try_all
from runbook.health.validation import judge


def run(validation_id: int) -> None:
    """Make a validation that waits. Safe to deliver twice: the second delivery finds it claimed."""
    if draining.is_asked():
        return
    validation = claim(validation_id)
    if validation is None:
        return
    with Renewing(held_here(validation)):
        try:
            _judge(validation)
        except DatabaseError:
            raise
        except Exception:
            fail(validation, "It stumbled over a fault of Runbook. The workers' logs say which.")
            raise


def _judge(validation: Validation) -> None:
    incident = validation.incident
    infrastructure, why_none = file_or_why(incident.environment)
    criteria = infrastructure.validation if infrastructure else OTHERWISE
    before = before_check(incident)
    after = _checked(validation) if infrastructure else None
    if after is not None and after.state in UNENDED_CHECKS:
        hand_back(validation)
        return
    seen = seen_in(after) if after else Seen(error=why_none)
    metrics = infrastructure.metrics if infrastructure else METRICS
    evidence = Evidence(
        before=seen_before(incident, before),
        after=seen,
        tried=_tried(incident, criteria),
        steps=exit_criteria(incident),
        metrics=metrics,
        newest=_newest(incident, criteria, metrics),
    )
    results = results_of(criteria, evidence)
    redactor = redactor_for(incident)
    written = redactor.json(storable([one.as_json() for one in results]))
    verdict = judge(results, criteria)
    keep(validation, cast("list[Json]", written), verdict, before, after)


def _checked(validation: Validation) -> HealthCheck:
    """A whole check made here and now, so that its thresholds and alerts recover with it."""
    now = clock.now()
    check = HealthCheck.objects.create(
        environment=validation.incident.environment,
        incident=validation.incident,
        cause=HealthCause.VALIDATION,
        requested_by=validation.asked_by,
        requested_at=now,
        queued_at=now,
    )
    look.run(check.pk)
    check.refresh_from_db()
    return check


def _tried(incident: Incident, criteria: Criteria) -> Mapping[What, Tried]:
    target = target_of(incident.environment)
    wanted = (criterion.what for _, criterion in criteria.criteria())
    return try_all(wanted, lambda: Session(target), now=clock.now())


def _newest(incident: Incident, criteria: Criteria, metrics: Mapping[str, Metric]) -> Newest:
    named = {one.what.metric for _, one in criteria.criteria() if isinstance(one.what, OfMetric)}
    wanted = [metric for name, metric in metrics.items() if name in named]
    target = target_of(incident.environment)
    return newest(lambda: Session(target), target.project, wanted, now=clock.now())
