"""Whether a child answers yet. Each question takes at most a second."""

from __future__ import annotations

import socket
import sys
from urllib.parse import urlsplit

from runbook.processes.plan import Ready

_PATIENCE = 1.0


def answers(ready: Ready) -> bool:
    """For the kinds that are asked over a connection; a `line` is seen in the output instead, and
    `started` needs no question."""
    try:
        if ready.kind == "redis":
            return _redis_answers(ready.where)
        if ready.kind == "http":
            return _http_answers(ready.where)
    except OSError:
        return False
    return False


def _redis_answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        connection.connect(path)
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")


def _http_answers(url: str) -> bool:
    address = urlsplit(url)
    request = f"GET {address.path or '/'} HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n"
    place = (address.hostname or "127.0.0.1", address.port or 80)
    with socket.create_connection(place, timeout=_PATIENCE) as connection:
        connection.sendall(request.encode())
        words = connection.recv(64).split(maxsplit=2)
    return len(words) > 1 and words[0].startswith(b"HTTP/") and words[1] < b"500"


if __name__ == "__main__":
    sys.exit(0 if answers(Ready("http", sys.argv[1])) else 1)
