"""Claiming a run, holding it, and losing it.

A claim is a conditional UPDATE that raises the row's token; every later write of the worker names
that token, so a worker that was given up for dead cannot finish or log anything any more.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q

from incidents import clock
from incidents.actions.moves import move_run
from incidents.models import Run
from incidents.states import RunState

LOADED = ("incident__environment", "command__step")
"""What every run needs; what only plans need is fetched when it is asked for."""


def claim_planning(run_id: int, *, worker: str) -> Run | None:
    """The run, held by this worker, or None when someone was first."""
    now = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    claimed = Run.objects.filter(free, pk=run_id, state=RunState.PLANNING).update(
        token=F("token") + 1,
        attempt=F("attempt") + 1,
        worker=worker[:120],
        lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
    )
    return Run.objects.select_related(*LOADED).get(pk=run_id) if claimed else None


def claim_running(run_id: int, *, worker: str) -> Run | None:
    """Move `queued` to `running`; call inside the transaction that re-checks authority."""
    now = clock.now()
    claimed = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
        state=RunState.RUNNING,
        token=F("token") + 1,
        attempt=F("attempt") + 1,
        worker=worker[:120],
        started_at=now,
        lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
    )
    return Run.objects.select_related(*LOADED).get(pk=run_id) if claimed else None


def renew(run: Run) -> tuple[bool, bool]:
    """(still ours, cancel was asked for). A lease that is not ours any more stays untouched."""
    held = Run.objects.filter(
        pk=run.pk, token=run.token, state__in=[RunState.PLANNING, RunState.RUNNING]
    )
    is_ours = held.update(lease_until=clock.now() + timedelta(seconds=settings.LEASE_SECONDS))
    if not is_ours:
        return False, False
    return True, Run.objects.values_list("is_cancel_requested", flat=True).get(pk=run.pk)


def return_to_queue(run: Run) -> bool:
    """Give a read whose worker died back to the queue, taking it from that worker."""
    return move_run(
        run,
        old=RunState.RUNNING,
        new=RunState.QUEUED,
        token=run.token,
        lease_until=None,
        queued_at=clock.now(),
    )
