"""Looking at a change of unknown outcome: reads only, and a person decides."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from incidents import clock, queue, timeline
from incidents.actions.job import UNPLANNABLE, job_of
from incidents.actions.leases import claim_probe
from incidents.actions.moves import hold, panels_of
from incidents.actions.plan import as_plan
from incidents.actions.stop import reachable_run
from incidents.actions.storable import storable_text
from incidents.models import Run
from incidents.redacting import redactor_of
from incidents.refusal import Refused
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


def look_again(*, actor: User, run_id: int) -> Run:
    """Have a worker look once more; one look at a time."""
    with transaction.atomic():
        hold(runs=run_id)
        run = reachable_run(actor=actor, run_id=run_id)
        if run.state != RunState.UNKNOWN:
            raise Refused(f"Run {run.number} is {RunState(run.state).label}; its outcome is known.")
        looked = Run.objects.filter(pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=False)
        if not looked.update(probed_at=None, queued_at=clock.now()):
            raise Refused("A worker is looking already; what it finds appears here in a moment.")
        timeline.record(
            incident_id=run.incident_id,
            actor=actor,
            kind="run.probe_asked",
            text=f"asked to look again whether run {run.number} took effect",
            panels=panels_of(run),
            data={"run": run.number},
        )
        queue.enqueue("probe_run", run.pk, queue="reads")
    run.refresh_from_db()
    return run
