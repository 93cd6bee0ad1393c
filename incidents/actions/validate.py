"""Asking whether a fix holds, and not losing what was asked for.

Workers do the judging (`judge_fix`); this side knows no client of Google.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, queue, timeline
from incidents.actions.moves import hold
from incidents.actions.one_by_one import few
from incidents.actions.resending import ATTEMPTS, GIVEN_UP, resend
from incidents.health_states import UNENDED_VALIDATIONS, ValidationState
from incidents.models import Incident, Validation
from incidents.refusal import Refused

PANELS = ("health",)


def ask(*, actor: User, incident_id: int) -> Validation:
    """A validation that workers take up at once; the one that goes on already is that one. May be
    asked for after the end too: what is signed off is the fix."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = Incident.objects.select_related("environment").filter(pk=incident_id).first()
        if incident is None:
            raise Refused("That incident does not exist.", status=404)
        permissions.require(
            allowed=permissions.abilities(person=actor, incident=incident).can_report,
            incident=incident,
            what="have a fix validated",
            needed="responder",
        )
        newest = Validation.objects.filter(incident=incident).order_by("-number").first()
        if newest is not None and newest.state in UNENDED_VALIDATIONS:
            return newest
        return _store(actor, incident, (newest.number if newest else 0) + 1)


def _store(actor: User, incident: Incident, number: int) -> Validation:
    now = clock.now()
    validation = Validation.objects.create(
        incident=incident, number=number, asked_by=actor, asked_at=now, queued_at=now
    )
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind="validation.asked",
        text="asked whether the fix holds",
        panels=PANELS,
        data={"validation": number},
    )
    queue.enqueue("validate_fix", validation.pk, queue="reads")
    return validation


def take_back_validations() -> int:
    """Give validations of dead workers to others, at most `ATTEMPTS` times in all; how many."""
    now = clock.now()
    lost = Validation.objects.filter(state=ValidationState.RUNNING, lease_until__lt=now)
    return sum(_take_back(row, now) for row in few(lost.select_related("incident")))


def _take_back(row: Validation, now: datetime) -> int:
    with transaction.atomic():
        hold(pk=row.incident_id)
        held = Validation.objects.filter(
            pk=row.pk, token=row.token, state=ValidationState.RUNNING, lease_until__lt=now
        )
        if row.token < ATTEMPTS:
            return held.update(state=ValidationState.WAITING, lease_until=None)
        moved = held.update(
            state=ValidationState.FAILED, ended_at=now, lease_until=None, error=GIVEN_UP
        )
        if moved:
            record_failure(row, GIVEN_UP)
    return moved


def record_failure(row: Validation, sentence: str) -> None:
    """On the timeline, inside the caller's transaction."""
    timeline.record(
        incident_id=row.incident_id,
        actor=None,
        kind="validation.failed",
        text=f"validation {row.number} could not be made: {sentence}",
        panels=PANELS,
        data={"validation": row.number, "error": sentence},
    )


def resend_validations() -> int:
    return resend(Validation.objects.filter(state=ValidationState.WAITING), "validate_fix")
