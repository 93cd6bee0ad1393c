"""What happens when messages are lost and workers die: nothing silently, and no change twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from incidents import clock, queue, timeline
from incidents.actions.leases import return_to_queue
from incidents.actions.moves import end_run, hold, panels_of
from incidents.models import Run
from incidents.states import EffectChoice, RunState

ATTEMPTS = 3


def recover_expired_leases() -> int:
    """Take runs from workers that stopped renewing. A read starts again, at most three times in
    all; a change becomes `unknown` and is looked at, never sent again. How many were taken."""
    now = clock.now()
    held = Run.objects.filter(state=RunState.RUNNING, lease_until__lt=now)
    taken = 0
    for run in held.select_related("command__step")[:200]:
        with transaction.atomic():
            hold(pk=run.incident_id)
            taken += _recover(run)
    return taken


def _recover(run: Run) -> bool:
    if run.effect != EffectChoice.READS:
        ended = end_run(
            run,
            old=RunState.RUNNING,
            new=RunState.UNKNOWN,
            actor=None,
            token=run.token,
            message="The worker stopped while it was changing something. It is not sent again.",
        )
        if ended:
            queue.enqueue("probe_run", run.pk, queue="reads")
        return ended
    if run.is_cancel_requested:
        return end_run(
            run,
            old=RunState.RUNNING,
            new=RunState.CANCELLED,
            actor=None,
            token=run.token,
            message="It was to be stopped, and its worker stopped answering.",
        )
    if run.attempt >= ATTEMPTS:
        return end_run(
            run,
            old=RunState.RUNNING,
            new=RunState.FAILED,
            actor=None,
            token=run.token,
            message=f"The worker died {run.attempt} times during this command. Its log says why.",
        )
    if not return_to_queue(run):
        return False
    timeline.record(
        incident_id=run.incident_id,
        actor=None,
        kind="run.restarted",
        text=f"run {run.number} starts again: its worker stopped answering",
        panels=panels_of(run),
        data={"run": run.number, "attempt": run.attempt},
    )
    queue.enqueue("execute_run", run.pk, queue="reads")
    return True


def resend_waiting() -> int:
    """Announce again what was not started or not looked at: messages get lost. How many."""
    now = clock.now()
    before = now - timedelta(seconds=settings.RESEND_SECONDS)
    waiting = Run.objects.filter(queued_at__lt=before)
    not_started = waiting.filter(state__in=[RunState.QUEUED, RunState.PLANNING]).exclude(
        lease_until__gt=now
    )
    not_probed = waiting.filter(state=RunState.UNKNOWN, probed_at__isnull=True)
    return sum(
        _resend(run, now)
        for rows in (not_started, not_probed)
        for run in rows.select_related("command__step")[:200]
    )


def _resend(run: Run, now: datetime) -> bool:
    """`queued_at` is when a run was last announced; of two clocks one announces."""
    with transaction.atomic():
        hold(pk=run.incident_id)
        claimed = Run.objects.filter(pk=run.pk, state=run.state, queued_at=run.queued_at).update(
            queued_at=now
        )
        if claimed:
            _announce(run)
    return bool(claimed)


def _announce(run: Run) -> None:
    if run.state == RunState.PLANNING and run.attempt >= ATTEMPTS:
        end_run(
            run,
            old=RunState.PLANNING,
            new=RunState.FAILED,
            actor=None,
            message=f"No plan could be made: the worker died {run.attempt} times reading.",
        )
        return
    if run.state == RunState.PLANNING:
        queue.enqueue("plan_run", run.pk, queue="reads")
        return
    if run.state == RunState.UNKNOWN:
        queue.enqueue("probe_run", run.pk, queue="reads")
        return
    reads = run.effect == EffectChoice.READS
    queue.enqueue("execute_run", run.pk, queue="reads" if reads else "changes")
