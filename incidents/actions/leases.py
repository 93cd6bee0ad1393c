"""Claiming a run, holding it, and losing it.

A claim is a conditional UPDATE that raises the row's token; every later write of the worker names
that token, so a worker that was given up for dead cannot finish or log anything any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from incidents import clock
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
        lease_until=_lease(now),
    )
    return Run.objects.select_related(*LOADED).get(pk=run_id) if claimed else None


class ResourceHeldError(Exception):
    """Another run holds the resource that the claimed one changes."""


def claim_running(run_id: int, *, worker: str) -> Run | None:
    """Move `queued` to `running`; call inside the transaction that re-checks authority. Raises
    `ResourceHeldError`; that transaction goes on."""
    now = clock.now()
    queued = Run.objects.filter(pk=run_id, state=RunState.QUEUED)
    try:
        with transaction.atomic():
            claimed = queued.update(
                state=RunState.RUNNING,
                token=F("token") + 1,
                attempt=F("attempt") + 1,
                worker=worker[:120],
                started_at=now,
                lease_until=_lease(now),
                waits_for=None,
            )
    except IntegrityError as error:
        raise ResourceHeldError from error
    return Run.objects.select_related(*LOADED).get(pk=run_id) if claimed else None


def renew(run: Run) -> tuple[bool, bool]:
    """(still ours, cancel was asked for). A lease that is not ours any more stays untouched."""
    held = Run.objects.filter(
        pk=run.pk, token=run.token, state__in=[RunState.PLANNING, RunState.RUNNING]
    )
    is_ours = held.update(lease_until=_lease(clock.now()))
    if not is_ours:
        return False, False
    return True, Run.objects.values_list("is_cancel_requested", flat=True).get(pk=run.pk)


def mark_sent(run: Run) -> bool:
    """Note, right before a change is sent, that it is. False when this worker must not send it:
    the run is not its own any more, or somebody has asked to stop it."""
    now = clock.now()
    held = Run.objects.filter(
        pk=run.pk,
        token=run.token,
        state=RunState.RUNNING,
        sent_at__isnull=True,
        is_cancel_requested=False,
    )
    if not held.update(sent_at=now, lease_until=_lease(now)):
        return False
    run.sent_at = now
    return True


def claim_probe(run_id: int, *, worker: str) -> Run | None:
    """A run of unknown outcome that this worker looks at, or None when somebody does already."""
    now = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Run.objects.filter(free, pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=True)
    if not rows.update(lease_until=_lease(now), worker=worker[:120]):
        return None
    return Run.objects.select_related(*LOADED, "plan").get(pk=run_id)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)
