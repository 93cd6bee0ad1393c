"""The moves of a validation: taken up by a worker, kept with its results, or given up."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import F, QuerySet

from incidents import clock, ledger, live, timeline
from incidents.actions.moves import hold
from incidents.actions.renewing import lease
from incidents.actions.validate import PANELS, record_failure
from incidents.health_states import ValidationState
from incidents.models import HealthCheck, Validation
from incidents.queries.validations import sealed_part
from incidents.redacting import redactor_for
from runbook.document.definition import Json
from runbook.health.validation import Judgement

logger = logging.getLogger(__name__)


def claim(validation_id: int) -> Validation | None:
    now = clock.now()
    claimed = Validation.objects.filter(pk=validation_id, state=ValidationState.WAITING).update(
        state=ValidationState.RUNNING, token=F("token") + 1, lease_until=lease(now)
    )
    if not claimed:
        return None
    found = Validation.objects.select_related("incident__environment").get(pk=validation_id)
    live.changed(found.incident_id, PANELS)
    return found


def held_here(validation: Validation) -> QuerySet[Validation]:
    """Its row while it is this worker's; none once it was given to another."""
    return Validation.objects.filter(
        pk=validation.pk, state=ValidationState.RUNNING, token=validation.token
    )


def hand_back(validation: Validation) -> None:
    """This worker is to stop before it has looked: the sweep finds another one."""
    held_here(validation).update(state=ValidationState.WAITING, lease_until=None)


def keep(
    validation: Validation,
    results: list[Json],
    verdict: Judgement,
    before: HealthCheck | None,
    after: HealthCheck | None,
) -> None:
    """Store what was judged. `results` are without secrets and storable: the digest on the
    timeline is over exactly what the row keeps."""
    now = clock.now()
    words = str(redactor_for(validation.incident).text(verdict.recommendation))
    sealed = sealed_part(results, verdict.passed, verdict.total, verdict.may_sign_off, words)
    digest = ledger.digest_of_json(sealed)
    with transaction.atomic():
        hold(pk=validation.incident_id)
        moved = held_here(validation).update(
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


def fail(validation: Validation, sentence: str) -> None:
    now = clock.now()
    with transaction.atomic():
        hold(pk=validation.incident_id)
        moved = held_here(validation).update(
            state=ValidationState.FAILED, ended_at=now, lease_until=None, error=sentence
        )
        if moved:
            record_failure(validation, sentence)
