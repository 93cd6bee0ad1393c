"""Ports of this machine's loopback address."""

from __future__ import annotations

import secrets
import socket
import time

ASKED_FOR = range(20_000, 32_000)
"""Below those that Linux gives to whoever does not ask for one: what is free here stays free until
a server has started."""

_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on at this moment, each time another: the one before may belong to
    a server that is still starting."""
    while True:
        port = secrets.choice(ASKED_FOR)
        if port not in _given and _can_listen(port):
            _given.add(port)
            return port


def is_free(port: int, *, within: float = 0.0) -> bool:
    """Whether a server could listen on `port` now, or `within` so many seconds from now: an
    instance that was killed leaves its port a moment after its lock."""
    deadline = time.monotonic() + within
    while True:
        if _can_listen(port):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
