"""Secrets of second factors as they lie in the database: readable only with the secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from incidents.refusal import Refused


def seal(text: str) -> str:
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed with the present secret key."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refused(
            "Your second factor cannot be read: the secret key of this Runbook has changed since it"
            " was set up. Ask an administrator to remove it, then set it up again.",
            status=409,
        ) from None


@lru_cache(maxsize=2)
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"runbook second factor").derive(
        secret_key.encode()
    )
    return Fernet(urlsafe_b64encode(derived))
