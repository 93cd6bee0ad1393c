"""Validations as workers leave them, without a worker."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User

from incidents.actions import validate, validation_moves
from incidents.models import Incident, Validation
from runbook.health.criteria import OTHERWISE, Category
from runbook.health.validation import Result, judge

RESULTS = (
    Result(Category.INFRASTRUCTURE, "state of *it*", passed=True, before="ERROR", after="READY"),
    Result(Category.INFRASTRUCTURE, "its network", passed=True, before="a-vpc", after="a-vpc"),
    Result(Category.SERVICES, "egress | <b>", passed=False, after="", detail="No connector."),
)


def judge_fix(incident: Incident, person: User, results: Sequence[Result] = RESULTS) -> Validation:
    """Asked for by the person, and judged by the rule that holds without a file."""
    asked = validate.ask(actor=person, incident_id=incident.pk)
    held = validation_moves.claim(asked.pk)
    assert held is not None
    written = [one.as_json() for one in results]
    validation_moves.keep(held, written, judge(results, OTHERWISE), None, None)
    return Validation.objects.get(pk=asked.pk)
