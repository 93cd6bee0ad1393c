"""Reading that can be left at any moment, whatever it is blocked in.

It runs in a thread beside, and its caller looks on. When the caller is told to stop, the reading is
left behind: it may say nothing any more, stops itself where it next looks, and at the latest when
the request it waits for runs out of time. Nothing that changes anything may run like this.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

from runbook.cloud.errors import CloudError
from runbook.cloud.interruption import Watch, current, nobody, watched

Result = TypeVar("Result")

_LOOK_SECONDS = 0.25
_FAREWELL_SECONDS = 1.0
_LATE = 2.0


class Left(Exception):
    """Raised where reading that was left behind looks. Nobody hears of it."""


class Beside(Generic[Result]):
    """One piece of reading. `run` gives what `work` gives and raises what it raises."""

    def __init__(
        self, work: Callable[[], Result], watch: Watch, *, deadline: float | None = None
    ) -> None:
        self._work = work
        self._watch = watch
        self._deadline = deadline
        self._is_left = threading.Event()
        self._results: list[Result] = []
        self._faults: list[BaseException] = []
        context = copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._do,), daemon=True)

    def run(self) -> Result:
        """Raises what `watch` raises, and `CloudError` after `deadline` seconds and a moment."""
        started = time.monotonic()
        self._thread.start()
        try:
            while self._thread.is_alive():
                self._watch()
                self._check_time(started)
                self._thread.join(_LOOK_SECONDS)
        except BaseException:
            self._leave()
            raise
        if self._faults:
            raise self._faults[0]
        return self._results[0]

    def look(self) -> None:
        """What the reading itself is watched by."""
        if self._is_left.is_set():
            raise Left

    def _do(self) -> None:
        try:
            with watched(self.look):
                self._results.append(self._work())
        except BaseException as fault:  # noqa: BLE001 (raised again where the result is wanted)
            self._faults.append(fault)

    def _leave(self) -> None:
        """A moment for what ends by itself: processes and connections are put away."""
        self._is_left.set()
        self._thread.join(_FAREWELL_SECONDS)

    def _check_time(self, started: float) -> None:
        deadline = self._deadline
        if deadline is not None and time.monotonic() - started > deadline + _LATE:
            raise CloudError("TIMEOUT", f"It was not done within {deadline:g} s.")


def attentive(work: Callable[[], Result]) -> Result:
    """What `work`, which only reads, gives; left as soon as the watch over the caller raises."""
    watch = current()
    return work() if watch is nobody else Beside(work, watch).run()
