"""The certificate authorities that probes trust."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def fresh_trust() -> ssl.SSLContext:
    """A context of the caller's own, which checks name and chain against the usual authorities."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def trust() -> ssl.SSLContext:
    """The same, shared by all threads and not to be changed: reading the authorities takes longer
    than most probes."""
    return fresh_trust()
