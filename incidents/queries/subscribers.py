"""Who is told what the status page says, and the links by which they say yes and no.

A link's token is made from the installation's key and the row, so that every mail can carry it,
while a subscriber's row holds its digest alone.
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.utils.crypto import salted_hmac

from incidents.models import Subscriber

_SALT = "incidents.queries.subscribers"


def digests_of(address: str) -> list[str]:
    """An address as rows know it: with the present key first, then with those of before."""
    return [_keyed(f"address {address}", key) for key in _keys()]


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(subscriber: Subscriber) -> str:
    """The token whose digest the row holds; one of the present key for a row that has none yet."""
    seed = f"token {subscriber.address} {subscriber.created_at.isoformat()}"
    tokens = [_keyed(seed, key) for key in _keys()]
    fitting = [token for token in tokens if digest_of_token(token) == subscriber.token]
    return (fitting or tokens)[0]


def confirm_path(subscriber: Subscriber) -> str:
    return f"/status/confirm/{token_of(subscriber)}/"


def leave_path(subscriber: Subscriber) -> str:
    return f"/status/leave/{token_of(subscriber)}/"


def by_token(token: str) -> Subscriber | None:
    return Subscriber.objects.filter(token=digest_of_token(token)).first()


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _keyed(text: str, key: str) -> str:
    return salted_hmac(_SALT, text, secret=key, algorithm="sha256").hexdigest()
