"""What lies in the database and only this installation can read: addresses, keys of channels,
secrets of second factors.

Sealed with the secret key; what was sealed with one of `RUNBOOK_OLD_SECRET_KEYS` stays readable.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ADDRESSES = "runbook addresses"


class Unreadable(Exception):
    """It was sealed with a key that is not listed any more; the sentence says what to do."""

    sentence = (
        "The secret key of this Runbook has changed since this address was written. List the old"
        " key in RUNBOOK_OLD_SECRET_KEYS, or write the address again."
    )

    def __init__(self) -> None:
        super().__init__(self.sentence)


def seal(text: str, *, purpose: str = ADDRESSES) -> str:
    """Sealed twice, a text looks different each time. `purpose` keeps keys apart."""
    return _box(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str = ADDRESSES) -> str:
    """Raises `Unreadable`."""
    try:
        return _boxes(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _boxes(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_box(str(key), purpose) for key in keys])


@lru_cache(maxsize=16)
def _box(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(
        secret_key.encode()
    )
    return Fernet(urlsafe_b64encode(derived))
