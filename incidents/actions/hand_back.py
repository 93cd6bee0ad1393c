"""Giving a run that a worker holds back to the queue: nothing that it changes has been sent."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import CombinedExpression

from incidents import clock, queue, timeline
from incidents.actions.moves import hold, panels_of
from incidents.models import Approval, Run
from incidents.states import ApprovalState, EffectChoice, RunState


def hand_back(run: Run) -> bool:
    """By a worker that is to stop, at once, while its command may still be waiting for an answer:
    whatever comes of that is not recorded any more. The attempt does not count.

    False when there is something left to do here: a change that was sent is to be finished, and
    what somebody asked to stop is to be stopped.
    """
    why = "its worker is being restarted"
    with transaction.atomic():
        hold(pk=run.incident_id)
        return _give_back(run, why, attempt=F("attempt") - 1, is_cancel_requested=False)


def take_back(run: Run) -> bool:
    """From a worker that stopped answering. Everything an approval rests on is read again when the
    next one starts. Call inside a transaction that holds the incident."""
    why = (
        "its worker stopped answering"
        if run.effect == EffectChoice.READS
        else "its worker stopped answering before anything was sent"
    )
    return _give_back(run, why, lease_until__lt=clock.now())


def _give_back(
    run: Run, why: str, *, attempt: CombinedExpression | None = None, **only_if: object
) -> bool:
    held = Run.objects.filter(
        pk=run.pk, token=run.token, state=run.state, sent_at__isnull=True, **only_if
    )
    moved = held.update(
        state=RunState.PLANNING if run.state == RunState.PLANNING else RunState.QUEUED,
        token=F("token") + 1,
        attempt=attempt or F("attempt"),
        lease_until=None,
        queued_at=clock.now(),
    )
    if not moved:
        return False
    Approval.objects.filter(run=run, state=ApprovalState.APPROVED).update(used_at=None)
    timeline.record(
        incident_id=run.incident_id,
        actor=None,
        kind="run.restarted",
        text=f"run {run.number} starts again: {why}",
        panels=panels_of(run),
        data={"run": run.number, "attempt": run.attempt},
    )
    announce(run)
    return True


def announce(run: Run) -> None:
    """On commit, tell the workers of a run that none of them holds."""
    if run.state == RunState.PLANNING:
        queue.enqueue("plan_run", run.pk, queue="reads")
    elif run.state == RunState.UNKNOWN:
        queue.enqueue("probe_run", run.pk, queue="reads")
    elif run.effect == EffectChoice.READS:
        queue.enqueue("execute_run", run.pk, queue="reads")
    else:
        queue.enqueue("execute_run", run.pk, queue="changes")
