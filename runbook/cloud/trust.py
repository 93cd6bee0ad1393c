"""The certificate authorities that probes trust."""

from __future__ import annotations

import ssl
import threading
from functools import cache

import httpcore  # noqa: F401  (httpx would import it with the first request, while people wait)
import httpx

_lock = threading.Lock()


def fresh_trust() -> ssl.SSLContext:
    """A context of the caller's own, which checks name and chain against the usual authorities."""
    return httpx.create_ssl_context(trust_env=False)


def trust() -> ssl.SSLContext:
    """The same, shared by all threads and not to be changed: reading the authorities takes longer
    than most probes."""
    return _made_once("HTTP")


def trust_in_greetings() -> ssl.SSLContext:
    """Another that is shared. HTTP clients write into theirs that they speak HTTP; who only greets
    a server says nothing of the kind."""
    return _made_once("greetings")


@cache
def no_trust() -> ssl.SSLContext:
    """Trusts nobody: for what travels without TLS. An HTTP client wants a context all the same."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _made_once(purpose: str) -> ssl.SSLContext:
    """Threads that want it at the same moment wait for the one that makes it."""
    with _lock:
        return _shared(purpose)


@cache
def _shared(_purpose: str) -> ssl.SSLContext:
    return fresh_trust()
