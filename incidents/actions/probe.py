"""A worker looks at a change of unknown outcome: reads only, and a person decides."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from incidents import clock, timeline
from incidents.actions.job import UNPLANNABLE, job_of
from incidents.actions.leases import claim_probe
from incidents.actions.moves import hold, panels_of
from incidents.actions.plan_rows import as_plan
from incidents.actions.storable import storable_text
from incidents.models import Run
from incidents.queries.proof.record import of_ended_run
from incidents.queries.proof.seals import seals_of
from incidents.redacting import redactor_of
from incidents.states import RunState
from runbook.commands.base import NotRunnable


def probe_run(run_id: int, *, worker: str) -> None:
    """Look once, without changing anything, whether a change of unknown outcome can be seen."""
    run = claim_probe(run_id, worker=worker)
    if run is None:
        return
    sentence = redactor_of(run).text(storable_text(_seen(run)))
    with transaction.atomic():
        hold(pk=run.incident_id)
        unseen = Run.objects.filter(pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=True)
        noted = unseen.update(
            message=Concat("message", Value(f" {sentence}")),
            probed_at=clock.now(),
            lease_until=None,
        )
        if noted:
            timeline.record(
                incident_id=run.incident_id,
                actor=None,
                kind="run.probed",
                text=f"run {run.number}: {sentence}",
                panels=panels_of(run),
                data={"run": run.number},
                seals=seals_of(of_ended_run(run, message=f"{run.message} {sentence}")),
            )


def _seen(run: Run) -> str:
    try:
        job = job_of(run)
    except NotRunnable as error:
        return f"Looked again, without an answer: {error.reason}"
    try:
        found = job.probe(as_plan(run.plan))
    except UNPLANNABLE as error:
        return f"Looked again, without an answer: {job.words(error)}"
    return f"Looked again: {found.verdict}. {found.message}"
