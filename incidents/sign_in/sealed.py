"""Secrets of second factors as they lie in the database: readable only with the secret key."""

from __future__ import annotations

from incidents import encryption
from incidents.refusal import Refused

_PURPOSE = "runbook second factor"


def seal(text: str) -> str:
    return encryption.seal(text, purpose=_PURPOSE)


def unseal(sealed: str) -> str:
    """What was sealed with the present secret key, or with an older one that is still listed."""
    try:
        return encryption.unseal(sealed, purpose=_PURPOSE)
    except encryption.Unreadable:
        raise Refused(
            "Your second factor cannot be read: the secret key of this Runbook has changed since it"
            " was set up. Ask an administrator to list the old key in RUNBOOK_OLD_SECRET_KEYS, or"
            " to remove your second factor so that you can set it up again.",
            status=409,
        ) from None
