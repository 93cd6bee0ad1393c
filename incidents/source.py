"""Where the act that is being done comes from, for the ledgers.

A middleware, a task or a command says it once for all that it does; each thread and each coroutine
has its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SYSTEM = "system"
BY_RULE = "alert rule"
"""What a rule about alerts does begins so, with the rule's name behind it."""

WORKER = "worker"
"""Where a worker acts, at times in the name of who asked."""

_current: ContextVar[str] = ContextVar("source", default=SYSTEM)


def current() -> str:
    """Words such as "page, private network", "api, public network", "worker", "clock"."""
    return _current.get()


@contextmanager
def acting_from(source: str) -> Iterator[None]:
    """Everything inside comes from there."""
    token = _current.set(source[:60])
    try:
        yield
    finally:
        _current.reset(token)
