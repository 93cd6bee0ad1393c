"""When the parts of one request ended, by what the HTTP client tells while it works."""

from __future__ import annotations

import time
from collections.abc import Mapping

from runbook.cloud.pages import Timings

_ENDS = {
    "connection.connect_tcp.complete": "connect",
    "connection.start_tls.complete": "tls",
    "http11.receive_response_headers.complete": "start",
}


class Stopwatch:
    """Made when the name is known; `started` is the monotonic time at which it was asked for."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._ends = {"lookup": time.monotonic()}

    def note(self, event: str, _details: Mapping[str, object]) -> None:
        if event in _ENDS:
            self._ends[_ENDS[event]] = time.monotonic()

    def timings(self) -> Timings:
        return Timings(**{name: end - self._started for name, end in self._ends.items()})
