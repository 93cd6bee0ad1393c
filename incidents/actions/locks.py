"""One run at a time changes a resource, across all incidents; who comes first is served first.

The database holds the lock: of all runs with one `lock_name` at most one is running, or of unknown
outcome and not left so by a person (`run_holds_resource_once`). Here is who stands in front, and
how those behind are woken. Never hold two incidents for it: the row of the other is only read.
"""

from __future__ import annotations

import hashlib

from django.db.models import Q, QuerySet

from incidents import queue
from incidents.models import Environment, Run
from incidents.states import RunState

LONGEST = 400
HOLDING = Q(state=RunState.RUNNING) | Q(state=RunState.UNKNOWN, left_at__isnull=True)


def lock_name(environment: Environment, resource: str) -> str:
    """Where the resource is and its full name: two environments of one project share it."""
    name = f"{environment.endpoint or 'google'} {resource}"
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{name[: LONGEST - len(digest) - 1]} {digest}"


def in_front_of(run: Run) -> Run | None:
    """The run that holds the resource, else the first that has waited longer for it, else None."""
    if not run.lock_name:
        return None
    others = Run.objects.filter(lock_name=run.lock_name).exclude(pk=run.pk)
    found = others.select_related("incident")
    first = _in_line(run.lock_name).select_related("incident").first()
    return found.filter(HOLDING).first() or (first if first and first.pk != run.pk else None)


def announce_waiting(name: str) -> None:
    """On commit, tell the workers of those that wait; the first in line gets the resource."""
    for pk in _in_line(name).values_list("pk", flat=True)[:20]:
        queue.enqueue("execute_run", pk, queue="changes")


def _in_line(name: str) -> QuerySet[Run]:
    """Approved and not started, in the order of their approvals' completion: `queued_at` moves with
    every announcement."""
    waiting = Run.objects.filter(lock_name=name, state=RunState.QUEUED)
    return waiting.order_by("approval__decided_at", "pk")
