"""Signatures of webhooks, as the Standard Webhooks specification says.

Header `webhook-id` is the same at every attempt, `webhook-timestamp` the moment of this one in
seconds, `webhook-signature` "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body" with the
key behind "whsec_".
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

PREFIX = "whsec_"


def new_key() -> str:
    """A signing key as receivers write it into their settings."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def signature(key: str, *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002  (the specification's word)
    secret = b64decode(key.removeprefix(PREFIX))
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
