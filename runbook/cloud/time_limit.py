"""A limit for a whole exchange: a server that sends a byte now and then outlives every time-out
of a single read."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class TimeLimit:
    """Context manager. Hangs up on the watched socket after `seconds`, so that whoever reads from
    it in another thread is told that the connection ended; `has_passed` then says why it did."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    @property
    def left(self) -> float:
        """Seconds, never below 0."""
        return max(self._until - time.monotonic(), 0.0)

    @property
    def has_passed(self) -> bool:
        return not self.left

    def watch(self, connected: socket.socket) -> None:
        """In place of the socket that was watched before."""
        with self._lock:
            self._socket = connected
        if self.has_passed:
            self._hang_up()

    def _hang_up(self) -> None:
        """Past TLS, which would want to say goodbye first."""
        with self._lock, suppress(OSError):
            if self._socket is not None:
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
