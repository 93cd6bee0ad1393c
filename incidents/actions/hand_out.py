"""Which notifications the workers are given next, and what happens to those of a dead worker.

The rows are the truth and the queue only a hint. Each lane (mail, webhooks, services, GitHub) has a
few at work at a time, so that a mail server that does not answer keeps neither the other ways nor
the reads that share the worker's threads waiting.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Q, When

from incidents import clock, queue
from incidents.actions.dead_letters import bury
from incidents.actions.one_by_one import one_by_one
from incidents.models import Notification
from incidents.states import ChannelKind, NotificationState, SubscriberKind

AT_ONCE = 4
"""At work in one lane."""

MOST_ATTEMPTS = 8

SENDING_MARGIN = 10
"""Seconds that a worker may be silent beyond the longest sending."""

LANES: dict[str, Q] = {
    "mail": Q(channel__kind=ChannelKind.EMAIL)
    | Q(subscriber__kind=SubscriberKind.EMAIL)
    | ~Q(sealed_address=""),
    "webhook": Q(channel__kind=ChannelKind.WEBHOOK) | Q(subscriber__kind=SubscriberKind.WEBHOOK),
    "service": Q(channel__kind=ChannelKind.SERVICE),
    "github": Q(kind__startswith="github "),
}


def lease(now: datetime) -> datetime:
    """Until when a worker that begins to send now may be silent. Mail is what takes longest."""
    return now + timedelta(seconds=2 * settings.EMAIL_TIMEOUT + SENDING_MARGIN)


def hand_out() -> int:
    """Announce to the workers what is due, as much as they should have; how many."""
    now = clock.now()
    if not Notification.objects.filter(_due(now)).exists():
        return 0
    return sum(_hand_out(lane, now) for lane in LANES.values())


def _hand_out(lane: Q, now: datetime) -> int:
    """Who works here first, then recipients of updates and subscribers, however many. What two
    clocks announce at once is sent once: it is claimed."""
    rows = Notification.objects.filter(lane)
    at_work = rows.filter(
        Q(state=NotificationState.SENDING) | Q(state=NotificationState.WAITING, lease_until__gt=now)
    )
    free = max(AT_ONCE - at_work.count(), 0)
    outside = Case(When(person=None, channel=None, then=1), default=0)
    due = rows.filter(_due(now)).order_by(outside, "due_at", "pk")
    chosen = list(due.values_list("pk", flat=True)[:free])
    announced = now + timedelta(seconds=settings.RESEND_SECONDS)
    Notification.objects.filter(_due(now), pk__in=chosen).update(lease_until=announced)
    for pk in chosen:
        queue.enqueue("deliver", pk, queue="notifications")
    return len(chosen)


def take_back() -> int:
    """Give what a dead worker was sending to another one; how many. It may arrive twice, with the
    same id, rather than never."""
    now = clock.now()
    lost = Notification.objects.filter(state=NotificationState.SENDING, lease_until__lt=now)
    if not lost.exists():
        return 0
    one_by_one(_bury, lost.filter(attempts__gte=MOST_ATTEMPTS))
    return lost.filter(attempts__lt=MOST_ATTEMPTS).update(
        state=NotificationState.WAITING,
        due_at=now,
        lease_until=None,
        error="The worker that was sending it stopped; it is sent again.",
    )


def _bury(row: Notification) -> bool:
    held = {"state": row.state, "attempts": row.attempts, "lease_until": row.lease_until}
    return bury(row, only_if=held, reason="Every worker that sent it stopped; their logs say why.")


def _due(now: datetime) -> Q:
    """Waiting, due, and not announced a moment ago."""
    unannounced = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Q(unannounced, state=NotificationState.WAITING, due_at__lte=now)
