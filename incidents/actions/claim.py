"""Taking a queued run: its authority is read again, its resource locked, its permit used up."""

from __future__ import annotations

from django.db import transaction

from incidents import clock, live, queue, timeline
from incidents.actions import authority, locks
from incidents.actions.leases import LOADED, ResourceHeldError, claim_running
from incidents.actions.moves import hold, panels_of
from incidents.models import Approval, Run
from incidents.states import ApprovalState, EffectChoice, RunState


def claim(run_id: int, *, worker: str) -> Run | None:
    """The run, held by this worker, or None: somebody was first, its authority fell, or it waits
    for a resource that another run is changing."""
    with transaction.atomic():
        hold(runs=run_id)
        queued = Run.objects.select_related(*LOADED).filter(pk=run_id, state=RunState.QUEUED)
        run = queued.first()
        if run is None:
            return None
        objection = authority.objection(run, clock.now())
        if objection is not None:
            authority.withdraw(run, objection)
            return None
        return _start(run, worker=worker)


def _start(run: Run, *, worker: str) -> Run | None:
    front = locks.in_front_of(run)
    if front is not None:
        _stand_in_line(run, front)
        return None
    try:
        claimed = claim_running(run.pk, worker=worker)
    except ResourceHeldError:
        queue.enqueue("execute_run", run.pk, queue="changes")  # it will see who was first
        return None
    if claimed is None:
        return None
    if claimed.effect != EffectChoice.READS and not _use_permit(claimed):
        authority.withdraw(claimed, authority.USED)
        return None
    _tell_started(claimed)
    return claimed


def _use_permit(run: Run) -> bool:
    """An approval starts one run, once."""
    unused = Approval.objects.filter(run=run, state=ApprovalState.APPROVED, used_at__isnull=True)
    return unused.update(used_at=clock.now()) == 1


def _stand_in_line(run: Run, front: Run) -> None:
    """Said once on the timeline, when the waiting begins; the page always shows who is in front."""
    rows = Run.objects.filter(pk=run.pk, state=RunState.QUEUED)
    if rows.filter(waits_for=front).exists():
        return
    is_new = rows.filter(waits_for__isnull=True).update(waits_for=front)
    if not is_new:
        rows.update(waits_for=front)
        live.changed(run.incident_id, panels_of(run))
        return
    timeline.record(
        incident_id=run.incident_id,
        actor=None,
        kind="run.waits",
        text=f"run {run.number} waits for {_words_for(front, run)}: it changes the same resource",
        panels=panels_of(run),
        data={"run": run.number, "resource": run.resource},
    )


def _words_for(front: Run, run: Run) -> str:
    """Who reads this timeline may not see the other incident when it is of another environment."""
    if front.incident_id == run.incident_id:
        return f"run {front.number}"
    if front.incident.environment_id == run.incident.environment_id:
        return f"{front.incident.name}, run {front.number}"
    return "a run of another incident"


def _tell_started(run: Run) -> None:
    """That a change begins is a fact of its own; a read's request and end say enough."""
    if run.effect == EffectChoice.READS:
        live.changed(run.incident_id, panels_of(run))
        return
    timeline.record(
        incident_id=run.incident_id,
        actor=None,
        kind="run.started",
        text=f"run {run.number} starts: `{run.shown}`",
        panels=panels_of(run),
        data={"run": run.number, "attempt": run.attempt},
    )
