"""Sends a bounded load to an allowed host and measures each request.

The name is resolved and checked once, before the first request; each connection is a thread.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from urllib.parse import urlsplit

from runbook.cloud import interruption
from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import port_of, refused_url
from runbook.cloud.loads import UNANSWERED, Load, LoadReport, Sample
from runbook.cloud.site import route_of
from runbook.cloud.sockets import Resolved, connect, resolve
from runbook.cloud.target import Target
from runbook.cloud.trust import trust

_READ = 64 * 1024
_MOST_BYTES = 16 * 1024 * 1024
_TICK = 1.0
_LEFT_WAITING = 1.0
"""Seconds. Who asked less long before the end says nothing about the address."""


class Loads:
    """Raises `CloudError` before the first request; later faults are samples."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def send(self, load: Load, tell: Callable[[str], None]) -> LoadReport:
        """Calls `tell` about once a second; what it raises ends all requests at once."""
        refused = refused_url(load.url, self._target)
        if refused:
            raise CloudError("DENIED", refused)
        parts = urlsplit(load.url)
        base = route_of(parts.hostname or "", self._target)
        where = base or load.url
        resolved = (
            Resolved("127.0.0.1", port_of(base), 0.0)
            if base
            else resolve(parts.hostname or "", port_of(where), self._target)
        )
        limit = min(load.seconds, self._target.deadline)
        crowd = _Crowd(load, resolved, is_secure=where.startswith("https:"), via=base)
        samples, seconds = crowd.run(limit, tell)
        return LoadReport(tuple(samples), seconds, resolved.seconds, via=base)


class _Crowd:
    """The threads of one load and what they measured."""

    def __init__(self, load: Load, resolved: Resolved, *, is_secure: bool, via: str) -> None:
        self._load = load
        self._resolved = resolved
        self._is_secure = is_secure
        self._via = via
        self._numbers = count(1)
        self._stopped = threading.Event()
        self._samples: list[Sample] = []
        self._open: set[_Line] = set()

    def run(self, limit: float, tell: Callable[[str], None]) -> tuple[list[Sample], float]:
        started = time.monotonic()
        threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(self._load.connections)
        ]
        for thread in threads:
            thread.start()
        try:
            self._watch(threads, started, limit, tell)
        finally:
            self._stopped.set()
            waited = [line.waited() for line in list(self._open)]
            for line in list(self._open):
                line.hang_up()
            self._leave(threads)
        return self._with_unanswered(waited), time.monotonic() - started

    def _with_unanswered(self, waited: Sequence[float]) -> list[Sample]:
        """The samples, and one for each line that the address had left waiting when the time was
        up: for longer than a second, and longer than any answer took, so that an address that is
        merely slow is not said to hang."""
        answered = list(self._samples)
        slowest = max((one.seconds for one in answered if not one.error), default=0.0)
        usual = max(slowest, _LEFT_WAITING)
        hung = [Sample(seconds, error=UNANSWERED) for seconds in waited if seconds > usual]
        return answered + hung

    def _leave(self, threads: list[threading.Thread]) -> None:
        """A thread that still waits for a connection finds out later that nobody wants it."""
        until = time.monotonic() + _TICK
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0.0))

    def _watch(
        self,
        threads: list[threading.Thread],
        started: float,
        limit: float,
        tell: Callable[[str], None],
    ) -> None:
        """Until all threads have ended or the time is up."""
        told = started
        for thread in threads:
            while thread.is_alive() and (now := time.monotonic()) - started < limit:
                if now - told >= _TICK:
                    told = now
                    tell(f"  {now - started:.0f} s: {len(self._samples)} requests")
                interruption.look()
                thread.join(min(0.1, limit))

    def _work(self) -> None:
        line = _Line(self._load, self._resolved, is_secure=self._is_secure, via=self._via)
        self._open.add(line)
        while not self._stopped.is_set() and next(self._numbers) <= self._load.requests:
            sample = line.ask()
            if not self._stopped.is_set():
                self._samples.append(sample)
        line.hang_up()


_FAULTS = (OSError, ValueError, AttributeError, http.client.HTTPException)
"""AttributeError: another thread has hung up, and http.client reads on from nothing."""


class _Line:
    """One connection, opened when it is needed."""

    def __init__(self, load: Load, resolved: Resolved, *, is_secure: bool, via: str) -> None:
        parts = urlsplit(load.url)
        self._load = load
        self._resolved = resolved
        self._is_secure = is_secure
        self._host = parts.hostname or ""
        self._path = parts._replace(scheme="", netloc="", fragment="", path=parts.path or "/")
        self._headers = {"Host": parts.netloc, "User-Agent": "runbook-probe", "Accept": "*/*"}
        self._headers |= {"Accept-Encoding": "identity", **dict(load.headers)}
        if via:
            self._headers["X-Forwarded-Proto"] = parts.scheme
        self._connection = http.client.HTTPConnection(self._host, timeout=load.patience)
        self._asked_at: float | None = None

    def waited(self) -> float:
        """For the answer that is still to come; 0 when nothing is asked. From any thread."""
        asked_at = self._asked_at
        return 0.0 if asked_at is None else time.monotonic() - asked_at

    def ask(self) -> Sample:
        self._asked_at = time.monotonic()
        try:
            return self._asked(self._asked_at)
        finally:
            self._asked_at = None

    def _asked(self, started: float) -> Sample:
        try:
            connect_seconds, tls_seconds = self._connected()
            self._connection.request(self._load.method, self._path.geturl(), headers=self._headers)
            response = self._connection.getresponse()
            size = _size_of(response)
        except (*_FAULTS, CloudError) as error:
            self.hang_up()
            return Sample(time.monotonic() - started, error=_kind_of(error))
        if not self._load.keeps_connections or response.will_close:
            self.hang_up()
        seconds = time.monotonic() - started
        return Sample(seconds, response.status, "", connect_seconds, tls_seconds, size)

    def hang_up(self) -> None:
        with suppress(OSError):
            if self._connection.sock is not None:
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _connected(self) -> tuple[float, float]:
        """The seconds of connecting and of the TLS handshake, or zeros for an open connection."""
        if self._connection.sock is not None:
            return 0.0, 0.0
        started = time.monotonic()
        plain = connect(self._resolved, self._host, self._load.patience)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected = time.monotonic()
        if self._is_secure:
            plain = trust().wrap_socket(plain, server_hostname=self._host)
        self._connection.sock = plain
        return connected - started, (time.monotonic() - connected) if self._is_secure else 0.0


def _size_of(response: http.client.HTTPResponse) -> int:
    size = 0
    while chunk := response.read(_READ):
        size += len(chunk)
        if size > _MOST_BYTES:
            raise ValueError("too large")
    return size


def _kind_of(error: Exception) -> str:
    """The same few words for the same fault, to count them."""
    if isinstance(error, CloudError):
        return "no connection in time" if error.kind == "TIMEOUT" else "no connection"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return "TLS handshake failed"
    if isinstance(error, ValueError):
        return "answer too large"
    return "connection broke"
