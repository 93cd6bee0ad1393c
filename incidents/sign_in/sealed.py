"""Secrets of second factors as they lie in the database: readable only with the secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from incidents.refusal import Refused


def seal(text: str) -> str:
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed with the present secret key, or with an older one that is still listed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    try:
        return MultiFernet([_box(key) for key in keys]).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refused(
            "Your second factor cannot be read: the secret key of this Runbook has changed since it"
            " was set up. Ask an administrator to list the old key in RUNBOOK_OLD_SECRET_KEYS, or"
            " to remove your second factor so that you can set it up again.",
            status=409,
        ) from None


@lru_cache(maxsize=8)
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"runbook second factor").derive(
        secret_key.encode()
    )
    return Fernet(urlsafe_b64encode(derived))
