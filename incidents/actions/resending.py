"""Announcing again what no worker took up: messages get lost, and workers die."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from incidents import clock, queue
from incidents.models import HealthCheck, Validation
from incidents.queue import TaskName

ATTEMPTS = 3
GIVEN_UP = f"Its worker stopped answering {ATTEMPTS} times. The workers' logs say why."

Rows = QuerySet[HealthCheck] | QuerySet[Validation]


def resend(waiting: Rows, task: TaskName) -> int:
    """A part of what waits and was announced a while ago, or before the clock was set back, the
    oldest first; how many."""
    now = clock.now()
    pause = timedelta(seconds=settings.RESEND_SECONDS)
    is_late = Q(queued_at__lt=now - pause) | Q(queued_at__gt=now + pause)
    oldest = waiting.filter(is_late).order_by("queued_at").values_list("pk", "queued_at")[:200]
    return sum(
        _resend(waiting.filter(pk=pk, queued_at=announced), pk, task, now)
        for pk, announced in oldest
    )


def _resend(row: Rows, pk: int, task: TaskName, now: datetime) -> int:
    """`queued_at` is when it was last announced; of two clocks one announces."""
    with transaction.atomic():
        claimed = row.update(queued_at=now)
        if claimed:
            queue.enqueue(task, pk, queue="reads")
    return claimed
