"""Being told to stop while something is waited for: the wait stands far below whoever is told.

Every loop that waits looks here: between requests, in pauses, at each turn. What is looked at
raises when the work is to stop, and is nobody's by default.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Watch: TypeAlias = Callable[[], None]
"""Raises when the work is to stop. Called often and from any thread: it asks no database."""

_SLICE = 0.25


def nobody() -> None:
    """Watches over work that nothing stops."""


_watch: ContextVar[Watch] = ContextVar("watch", default=nobody)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """What is inside stops when `watch` raises, at the latest where it next waits."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


def current() -> Watch:
    """The watch over this work; `nobody` where there is none."""
    return _watch.get()


def look() -> None:
    """Raises what the watch over this work raises."""
    _watch.get()()


def pause(seconds: float) -> None:
    """Sleeps, and looks all the while."""
    until = time.monotonic() + seconds
    look()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE))
        look()
