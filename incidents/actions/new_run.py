"""A new run: the row, its number in the incident, and the word to the workers."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F

from incidents import queue
from incidents.models import Incident, Run, StepCommand
from incidents.redacting import shown_as
from incidents.states import EffectChoice, RunState


def new_run(*, actor: User, command: StepCommand, now: datetime, **columns: object) -> Run:
    """A read is queued, a change is planned first. `columns` replace what the command says. Call it
    inside a transaction that holds the incident; IntegrityError when the command has a live run."""
    reads = columns.get("effect", command.effect) == EffectChoice.READS
    incident = command.step.incident
    Incident.objects.filter(pk=incident.pk).update(run_count=F("run_count") + 1)
    own: dict[str, object] = {
        "text": command.text,
        "effect": command.effect,
        "resource": command.resource,
    } | columns
    shown = shown_as(str(own["text"]), incident.secrets, incident.environment.redact)
    run = Run.objects.create(
        incident=incident,
        command=command,
        number=Incident.objects.values_list("run_count", flat=True).get(pk=incident.pk),
        state=RunState.QUEUED if reads else RunState.PLANNING,
        requested_by=actor,
        requested_at=now,
        queued_at=now,
        request_id=uuid.uuid4(),
        **{"shown_as": shown, **own},
    )
    queue.enqueue("execute_run" if reads else "plan_run", run.pk, queue="reads")
    return run
