"""Sending one notification: claimed, sent, and what came of it written down.

At least once: a worker that dies while it sends is followed by another (`hand_out.take_back`), with
the same id, so that receivers can drop the second. Whom it is for is asked again right before
(`meant`): who has lost what let them see it is a dead letter, and a question that needs no
answer of theirs is cancelled. Only workers import this.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from incidents import clock, encryption, live
from incidents.actions.dead_letters import bury
from incidents.actions.hand_out import MOST_ATTEMPTS, hand_out, lease
from incidents.actions.meant import KEPT_HERE, why_needless, why_not_told
from incidents.models import Channel, Notification, Subscriber
from incidents.queries.subscribers import leave_path
from incidents.sending import github, mail, service, webhook
from incidents.sending.letter import Letter, NotDelivered
from incidents.states import ChannelKind, NotificationState

PAUSES = (30, 120, 600, 1800, 3600, 3600, 3600)
"""Seconds between one attempt and the next, of `MOST_ATTEMPTS`."""

LONGEST_WAIT = 6 * 3600
TEST = "test"

GITHUB = {"github comment": github.send_comment, "github labels": github.send_labels}
"""By kind, what has no address of its own."""

logger = logging.getLogger(__name__)


class NotNeeded(Exception):
    """Sending it would only puzzle who gets it. The message is a sentence for the deliveries."""


def deliver(notification_id: int) -> None:
    """Send it if it is due and nobody else does; then have the next one sent."""
    row = _claim(notification_id)
    if row is None:
        return
    try:
        receipt = _sent(row)
    except NotNeeded as reason:
        _note_needless(row, str(reason))
    except NotDelivered as reason:
        _note_failure(row, reason)
    except Exception as error:
        logger.exception("sending notification %s failed in a way nobody thought of", row.pk)
        _note_failure(row, NotDelivered(f"Sending stumbled over {type(error).__name__}."))
    else:
        _note_sent(row, receipt)
    hand_out()


def _claim(notification_id: int) -> Notification | None:
    now = clock.now()
    due = Notification.objects.filter(
        pk=notification_id, state=NotificationState.WAITING, due_at__lte=now
    )
    claimed = due.update(
        state=NotificationState.SENDING, attempts=F("attempts") + 1, lease_until=lease(now)
    )
    if not claimed:
        return None
    rows = Notification.objects.select_related("incident", "person", "channel", "subscriber")
    return rows.get(pk=notification_id)


def _sent(row: Notification) -> str:
    """The receipt. Raises `NotDelivered` and `NotNeeded`."""
    if lost := why_not_told(row):
        raise NotDelivered(lost, is_final=True)
    if needless := why_needless(row):
        raise NotNeeded(needless)
    letter = _letter(row, clock.now())
    try:
        if row.kind in GITHUB:
            return GITHUB[row.kind](letter)
        if row.subscriber is not None:
            return _to_subscriber(letter, row.subscriber)
        if row.channel is not None:
            return _by_channel(letter, row.channel)
        return mail.send(letter, encryption.unseal(row.sealed_address))
    except encryption.Unreadable as error:
        raise NotDelivered(error.sentence, is_final=True) from error


def _by_channel(letter: Letter, channel: Channel) -> str:
    if not channel.is_enabled and letter.kind != TEST:
        raise NotDelivered("This channel is switched off.", is_final=True)
    address = encryption.unseal(channel.sealed_address)
    if channel.kind == ChannelKind.EMAIL:
        return mail.send(letter, address)
    if channel.kind == ChannelKind.WEBHOOK:
        return webhook.send(letter, address, encryption.unseal(channel.sealed_key))
    return service.send(letter, address)


def _to_subscriber(letter: Letter, subscriber: Subscriber) -> str:
    leave = f"{settings.PUBLIC_URL}{leave_path(subscriber)}"
    address = encryption.unseal(subscriber.sealed_address)
    if subscriber.kind == ChannelKind.EMAIL:
        headers = {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return mail.send(
            letter.with_last_line(f"Stop these mails: {leave}"), address, headers=headers
        )
    with_leave = letter.with_data(unsubscribe=leave)
    key = encryption.unseal(subscriber.sealed_key)
    return webhook.send(with_leave, address, key, is_strangers=True)


def _letter(row: Notification, now: datetime) -> Letter:
    incident = row.incident
    named = {"incident": incident.name, "severity": incident.severity} if incident else {}
    return Letter(
        id=hashlib.sha256(f"{row.pk} {row.key}".encode()).hexdigest()[:32],
        kind=row.kind,
        subject=row.subject,
        body=row.body,
        created_at=row.created_at,
        at=now,
        link=f"{settings.PUBLIC_URL}{row.link}" if row.link.startswith("/") else row.link,
        thread=incident.name if incident else "",
        urgent=bool(row.data.get("urgent")),
        data=named | {name: row.data[name] for name in row.data if name not in KEPT_HERE},
    )


def _note_sent(row: Notification, receipt: str) -> None:
    """Also when it was cancelled while it was on its way."""
    now = clock.now()
    on_its_way = (NotificationState.SENDING, NotificationState.CANCELLED)
    Notification.objects.filter(pk=row.pk, attempts=row.attempts, state__in=on_its_way).update(
        state=NotificationState.SENT,
        ended_at=now,
        lease_until=None,
        error="",
        receipt=receipt[:200],
    )
    if row.channel is not None:
        Channel.objects.filter(pk=row.channel.pk).update(last_sent_at=now, last_error="")
    _tell_page(row)


def _note_failure(row: Notification, reason: NotDelivered) -> None:
    now = clock.now()
    _note_receiver(row, reason, now)
    held = {
        "state": NotificationState.SENDING,
        "attempts": row.attempts,
        "lease_until": row.lease_until,
    }
    if reason.is_final or row.kind == TEST or row.attempts >= MOST_ATTEMPTS:
        bury(row, only_if=held, reason=reason.sentence)
    else:
        Notification.objects.filter(pk=row.pk, **held).update(
            state=NotificationState.WAITING,
            due_at=now + timedelta(seconds=_pause(row, reason)),
            lease_until=None,
            error=reason.sentence,
        )
    _tell_page(row)


def _note_needless(row: Notification, sentence: str) -> None:
    sending = Notification.objects.filter(
        pk=row.pk, attempts=row.attempts, state=NotificationState.SENDING
    )
    sending.update(
        state=NotificationState.CANCELLED, ended_at=clock.now(), lease_until=None, error=sentence
    )
    _tell_page(row)


def _note_receiver(row: Notification, reason: NotDelivered, now: datetime) -> None:
    """Who wants nothing any more is sent nothing any more."""
    if row.channel is not None:
        off = {"is_enabled": False} if reason.is_gone else {}
        Channel.objects.filter(pk=row.channel.pk).update(
            last_failed_at=now, last_error=reason.sentence[:300], **off
        )
    if row.subscriber is not None and reason.is_gone:
        Subscriber.objects.filter(pk=row.subscriber.pk).update(confirmed_at=None)


def _pause(row: Notification, reason: NotDelivered) -> float:
    """What the receiver asks for counts, within reason."""
    own = PAUSES[row.attempts - 1]
    return own if reason.wait is None else min(max(reason.wait, 1), LONGEST_WAIT)


def _tell_page(row: Notification) -> None:
    if row.incident_id is not None:
        live.changed(row.incident_id, ["deliveries"])
