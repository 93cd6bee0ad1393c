"""What happens when messages are lost and workers die: nothing silently, and no change twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from incidents import clock, queue
from incidents.actions.hand_back import announce, take_back
from incidents.actions.moves import end_run, hold
from incidents.actions.one_by_one import few, one_by_one
from incidents.models import Run
from incidents.states import EffectChoice, RunState

ATTEMPTS = 3


def recover_expired_leases() -> int:
    """Take runs from workers that stopped renewing. A read starts again, and so does a change that
    was certainly not sent, at most three times in all; a change that may have been becomes
    `unknown` and is looked at, never sent again. How many were taken."""
    held = Run.objects.filter(state=RunState.RUNNING, lease_until__lt=clock.now())
    return one_by_one(_recover, few(held.select_related("command__step")))


def _recover(run: Run) -> bool:
    with transaction.atomic():
        hold(pk=run.incident_id)
        return _take(run, clock.now())


def _take(run: Run, now: datetime) -> bool:
    """Nothing is taken from a worker that has renewed or sent something in between."""
    if run.sent_at is None and not run.is_cancel_requested and run.attempt < ATTEMPTS:
        return take_back(run)
    new, message = _ending(run)
    ended = end_run(
        run,
        old=RunState.RUNNING,
        new=new,
        actor=None,
        token=run.token,
        only_if=Q(lease_until__lt=now, sent_at__isnull=run.sent_at is None),
        message=message,
    )
    if ended and new == RunState.UNKNOWN:
        queue.enqueue("probe_run", run.pk, queue="reads")
    return ended


def _ending(run: Run) -> tuple[RunState, str]:
    reads = run.effect == EffectChoice.READS
    if run.sent_at is not None:
        return (
            RunState.UNKNOWN,
            "The worker stopped while it was changing something. It is not sent again.",
        )
    if run.is_cancel_requested:
        rest = "" if reads else " Nothing was sent."
        return (
            RunState.CANCELLED,
            f"It was to be stopped, and its worker stopped answering.{rest}",
        )
    how = "during this command" if reads else "before it sent this change; nothing was sent"
    return RunState.FAILED, f"The worker died {run.attempt} times {how}. Its log says why."


def resend_waiting() -> int:
    """Announce again what was not started or not looked at: messages get lost. How many."""
    now = clock.now()
    before = now - timedelta(seconds=settings.RESEND_SECONDS)
    waiting = Run.objects.filter(queued_at__lt=before).exclude(lease_until__gt=now)
    not_started = waiting.filter(state__in=[RunState.QUEUED, RunState.PLANNING])
    not_probed = waiting.filter(state=RunState.UNKNOWN, probed_at__isnull=True)
    return sum(
        one_by_one(_resend, few(rows.select_related("command__step")))
        for rows in (not_started, not_probed)
    )


def _resend(run: Run) -> bool:
    """`queued_at` is when a run was last announced; of two clocks one announces."""
    with transaction.atomic():
        hold(pk=run.incident_id)
        claimed = Run.objects.filter(pk=run.pk, state=run.state, queued_at=run.queued_at).update(
            queued_at=clock.now()
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
    announce(run)
