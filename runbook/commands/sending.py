"""What stands around the request of a change: after Google took it, and after it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from runbook.cloud.errors import CloudError
from runbook.commands.base import Cancelled, StillRunning


class Ended(Exception):
    """The change has ended well; only what was to follow it did not come about."""


@contextmanager
def sent(operation: str) -> Iterator[None]:
    """Around all that follows a request Google has taken: cancelling stops only our waiting."""
    try:
        yield
    except Cancelled as stop:
        short = operation.rsplit("/", 1)[-1]
        raise StillRunning(
            f"Stopped waiting, but Google goes on: the operation {short} cannot be stopped "
            "from here."
        ) from stop


@contextmanager
def ended(message: str) -> Iterator[None]:
    """Around all that follows the good end of a change, which `message` tells: neither a read that
    fails nor a cancellation makes it undone. Raises `Ended`, which becomes the outcome."""
    try:
        yield
    except Cancelled as stop:
        raise Ended(message) from stop
    except CloudError as error:
        raise Ended(f"{message} It could not be read afterwards: {error.message}") from error
