"""Telling people who have no account here: recipients of an update, subscribers of the status page.

Stored inside the caller's transaction like all that is told (`tell`); subject and body are what
strangers may read, and are redacted all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incidents import clock, encryption
from incidents.actions.tell import LONGEST_SUBJECT, key_of, masked_mail, store
from incidents.models import Incident, Notification, Subscriber
from incidents.redacting import redactor_for, redactor_with

STATUS = "status"

Data = Mapping[str, Any]  # Any: JSON


def mail(
    *,
    incident: Incident,
    subject: str,
    body: str,
    addresses: Sequence[str],
    key: str,
    kind: str,
    topic: str = "",
    link: str = "",
) -> int:
    """One mail to each address, so that none of them reads the others; how many. The addresses must
    be valid."""
    pattern = _pattern(incident, kind=kind, subject=subject, body=body, topic=topic, link=link)
    unique = {address.strip().lower(): address.strip() for address in addresses}
    rows = [
        Notification(
            **pattern,
            key=key_of(key, lowered),
            sealed_address=encryption.seal(address),
            shown=masked_mail(address),
        )
        for lowered, address in unique.items()
    ]
    store(rows, incident=incident)
    return len(rows)


def tell_subscribers(
    *, key: str, subject: str, body: str, link: str, data: Data | None = None
) -> int:
    """Everybody who has confirmed; how many."""
    confirmed = Subscriber.objects.filter(confirmed_at__isnull=False)
    rows = [
        _to(one, key=key, subject=subject, body=body, link=link, data=data)
        for one in confirmed.iterator(chunk_size=1000)
    ]
    store(rows, incident=None)
    return len(rows)


def tell_subscriber(
    subscriber: Subscriber,
    *,
    key: str,
    subject: str,
    body: str,
    link: str,
    data: Data | None = None,
) -> None:
    """One, confirmed or not."""
    store(
        [_to(subscriber, key=key, subject=subject, body=body, link=link, data=data)], incident=None
    )


def _to(
    subscriber: Subscriber, *, key: str, subject: str, body: str, link: str, data: Data | None
) -> Notification:
    return Notification(
        **_pattern(None, kind=STATUS, subject=subject, body=body, link=link, data=data),
        key=key_of(key, f"subscriber {subscriber.pk}"),
        subscriber=subscriber,
        shown=subscriber.shown,
    )


def _pattern(
    incident: Incident | None,
    *,
    kind: str,
    subject: str,
    body: str,
    topic: str = "",
    link: str = "",
    data: Data | None = None,
) -> dict[str, Any]:  # Any: columns
    now = clock.now()
    redactor = redactor_for(incident) if incident else redactor_with({}, [])
    return {
        "incident": incident,
        "kind": kind,
        "topic": topic[:120],
        "subject": " ".join(redactor.text(subject).split())[:LONGEST_SUBJECT],
        "body": redactor.text(body),
        "link": link,
        "data": dict(data or {}),
        "due_at": now,
        "created_at": now,
    }
