"""What a worker does with a validation: check everything, hold it against what was before, judge.

Imports Google's clients: only workers and their tests import this.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from django.db import DatabaseError, transaction
from django.db.models import F

from incidents import clock, draining, ledger, live, timeline
from incidents.actions import look
from incidents.actions.moves import hold
from incidents.actions.renewing import Renewing, lease
from incidents.actions.storable import storable
from incidents.actions.validate import PANELS, record_failure
from incidents.health_states import HealthCause, ValidationState
from incidents.models import HealthCheck, Incident, Validation
from incidents.queries.infrastructure import infrastructure_of
from incidents.queries.validations import (
    before_check,
    exit_criteria,
    sealed_part,
    seen_before,
    seen_in,
)
from incidents.redacting import redactor_for
from incidents.targets import target_of
from runbook.cloud.sessions import Session
from runbook.document.definition import Json
from runbook.health.criteria import OTHERWISE, Criteria, OfMetric, What
from runbook.health.definition import Infrastructure
from runbook.health.metrics import METRICS, Metric
from runbook.health.reading import Unreadable
from runbook.health.results import Evidence, Seen, results_of
from runbook.health.trying import Newest, Tried, newest, try_all
from runbook.health.validation import Judgement, judge

logger = logging.getLogger(__name__)

NO_FILE = (
    "No infrastructure file says what is healthy in this environment. Add one, or name it among the"
    " environment's settings."
)


def run(validation_id: int) -> None:
    """Make a validation that waits. Safe to deliver twice: the second delivery finds it claimed."""
    if draining.is_asked():
        return
    validation = _claim(validation_id)
    if validation is None:
        return
    held = Validation.objects.filter(
        pk=validation.pk, token=validation.token, state=ValidationState.RUNNING
    )
    with Renewing(held):
        try:
            _judge(validation)
        except DatabaseError:
            raise
        except Exception:
            _fail(validation, "It stumbled over a fault of Runbook. The workers' logs say which.")
            raise


def _claim(validation_id: int) -> Validation | None:
    now = clock.now()
    claimed = Validation.objects.filter(pk=validation_id, state=ValidationState.WAITING).update(
        state=ValidationState.RUNNING, token=F("token") + 1, lease_until=lease(now)
    )
    if not claimed:
        return None
    found = Validation.objects.select_related("incident__environment").get(pk=validation_id)
    live.changed(found.incident_id, PANELS)
    return found


def _judge(validation: Validation) -> None:
    incident = validation.incident
    infrastructure, why_none = _file_of(incident)
    criteria = infrastructure.validation if infrastructure else OTHERWISE
    before = before_check(incident)
    after = _checked(validation) if infrastructure else None
    seen = seen_in(after) if after else Seen(error=why_none)
    metrics = _metrics(infrastructure)
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
    _store(validation, cast("list[Json]", written), verdict, before, after)


def _file_of(incident: Incident) -> tuple[Infrastructure | None, str]:
    """The file, or why there is none."""
    try:
        found = infrastructure_of(incident.environment)
    except Unreadable as error:
        return None, str(error)
    return found, "" if found else NO_FILE


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


def _metrics(infrastructure: Infrastructure | None) -> Mapping[str, Metric]:
    thresholds = infrastructure.thresholds if infrastructure else ()
    return {one.metric.name: one.metric for one in thresholds} | dict(METRICS)


def _store(
    validation: Validation,
    results: list[Json],
    verdict: Judgement,
    before: HealthCheck | None,
    after: HealthCheck | None,
) -> None:
    """The digest on the timeline is over exactly what the row keeps."""
    now = clock.now()
    words = str(redactor_for(validation.incident).text(verdict.recommendation))
    sealed = sealed_part(results, verdict.passed, verdict.total, verdict.may_sign_off, words)
    digest = ledger.digest_of_json(sealed)
    with transaction.atomic():
        hold(pk=validation.incident_id)
        moved = Validation.objects.filter(
            pk=validation.pk, token=validation.token, state=ValidationState.RUNNING
        ).update(
            state=ValidationState.DONE,
            ended_at=now,
            lease_until=None,
            before=before,
            after=after,
            digest=digest,
            **sealed,
        )
        if moved:
            _record(validation, sealed, digest)
    if not moved:
        logger.warning("validation %s was taken from this worker", validation.pk)


def _record(validation: Validation, sealed: dict[str, Json], digest: str) -> None:
    timeline.record(
        incident_id=validation.incident_id,
        actor=None,
        kind="validation.done",
        text=f"validation {validation.number}: {sealed['recommendation']}",
        panels=[*PANELS, "header"],
        data={"validation": validation.number, "judged": digest, **sealed},
    )


def _fail(validation: Validation, sentence: str) -> None:
    now = clock.now()
    with transaction.atomic():
        hold(pk=validation.incident_id)
        moved = Validation.objects.filter(
            pk=validation.pk, token=validation.token, state=ValidationState.RUNNING
        ).update(state=ValidationState.FAILED, ended_at=now, lease_until=None, error=sentence)
        if moved:
            record_failure(validation, sentence)
