"""How often a request is sent: reads a few times within a bound, changes exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from runbook.cloud import interruption
from runbook.cloud.answers import FAULTS, Call, translate
from runbook.cloud.errors import CloudError
from runbook.cloud.target import Target

Answer = TypeVar("Answer")

TRIES = 3
LONGEST_PAUSE = 10.0
_PAUSES = (0.3, 1.0)


class Calls:
    """Sends the requests of one target and turns their failures into `CloudError`.

    A `call` gets the seconds it may take. `permission` is what IAM would want for it.
    """

    def __init__(
        self,
        target: Target,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = interruption.pause,
    ) -> None:
        self._target = target
        self._clock = clock
        self._sleep = sleep

    def read(self, send: Callable[[float], Answer], *, permission: str) -> Answer:
        """Up to `TRIES` times on 429, 5xx and broken connections, all within `read_timeout`.

        A Retry-After above `LONGEST_PAUSE` is not waited for: people are.
        """
        call = Call(permission, is_change=False, seconds=self._target.read_timeout)
        until = self._clock() + self._target.read_timeout
        for pause in (*_PAUSES, None):
            interruption.look()
            try:
                return send(max(until - self._clock(), 0.001))
            except FAULTS as fault:
                error = translate(fault, call)
                wait = self._pause_before_next(error, pause, until)
                if wait is None:
                    raise error from fault
                self._sleep(wait)
        raise AssertionError("the last try either answers or raises")

    def change(self, send: Callable[[float], Answer], *, permission: str) -> Answer:
        """Once, whatever happens."""
        call = Call(permission, is_change=True, seconds=self._target.read_timeout)
        try:
            return send(self._target.read_timeout)
        except FAULTS as fault:
            raise translate(fault, call) from fault

    def _pause_before_next(
        self, error: CloudError, pause: float | None, until: float
    ) -> float | None:
        """Seconds to wait before another try, or None when there is none."""
        if pause is None or not error.can_retry_help:
            return None
        wait = pause if error.retry_after is None else error.retry_after
        if wait > LONGEST_PAUSE or self._clock() + wait >= until:
            return None
        return wait
