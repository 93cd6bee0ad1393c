"""Strangers who want to be told: nothing is sent before the address itself has said yes.

There is no actor: whoever holds the link of a mail or webhook may confirm and leave.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from incidents import clock
from incidents.actions.meant import CONFIRM
from incidents.actions.tell import masked_mail
from incidents.actions.tell_outside import tell_subscriber
from incidents.encryption import seal, unseal
from incidents.models import Subscriber
from incidents.queries.subscribers import (
    by_token,
    confirm_path,
    digest_of_token,
    digests_of,
    token_of,
)
from incidents.refusal import Refused
from incidents.sending.signatures import new_key
from incidents.states import SubscriberKind

UNCONFIRMED_FOR = timedelta(days=2)
GONE = "This link is not good any more. Subscribe again on the status page."


def subscribe(*, kind: SubscriberKind, address: str) -> None:
    """Ask the address whether it wants this. Says nothing of whether it is known already; one that
    is known and has not answered is asked again, at most once an hour."""
    if not settings.STATUS_PAGE_IS_PUBLIC:
        raise Refused("This status page is not public, so nobody can subscribe to it.", status=403)
    now = clock.now()
    with transaction.atomic():
        _forget_unconfirmed()
        known = Subscriber.objects.filter(address__in=digests_of(address)).first()
        if known is not None and known.confirmed_at is not None:
            return
        subscriber = known or _new(kind, address)
        _ask(subscriber, f"{now:%Y-%m-%d %H}")


def confirm(token: str) -> tuple[Subscriber, str]:
    """The address has answered. Besides the row the key that signs its webhooks, shown this once;
    "" for mail and for who had answered before."""
    with transaction.atomic():
        subscriber = by_token(token)
        if subscriber is None:
            raise Refused(GONE, status=404)
        moved = Subscriber.objects.filter(pk=subscriber.pk, confirmed_at__isnull=True).update(
            confirmed_at=clock.now()
        )
    return subscriber, unseal(subscriber.sealed_key) if moved and subscriber.sealed_key else ""


def leave(token: str) -> None:
    """Leaving twice is leaving."""
    Subscriber.objects.filter(token=digest_of_token(token)).delete()


def _new(kind: SubscriberKind, address: str) -> Subscriber:
    host = urlsplit(address).hostname or ""
    row = Subscriber(
        kind=kind,
        address=digests_of(address)[0],
        sealed_address=seal(address),
        sealed_key=seal(new_key()) if kind == SubscriberKind.WEBHOOK else "",
        shown=masked_mail(address) if kind == SubscriberKind.EMAIL else host[:200],
        created_at=clock.now(),
    )
    row.token = digest_of_token(token_of(row))
    Subscriber.objects.bulk_create([row], ignore_conflicts=True)  # two clicks are one row
    return Subscriber.objects.get(address=row.address)


def _ask(subscriber: Subscriber, occasion: str) -> None:
    name = settings.STATUS_PAGE_NAME
    path = confirm_path(subscriber)
    tell_subscriber(
        subscriber,
        key=f"confirm {subscriber.pk} {occasion}",
        subject=f"{name}: confirm that you want to hear of changes",
        body=(
            f"Somebody, probably you, asked that {name} tells this address what it says.\n\n"
            "Open the link and confirm. Without that nothing more is sent."
        ),
        link=path,
        data={"type": CONFIRM, "confirm": settings.PUBLIC_URL + path},
    )


def _forget_unconfirmed() -> None:
    before = clock.now() - UNCONFIRMED_FOR
    Subscriber.objects.filter(confirmed_at__isnull=True, created_at__lt=before).delete()
