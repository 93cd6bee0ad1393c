"""Whether this worker has been asked to stop, so that it takes up nothing new and hands back what
it may.

One byte of memory that a worker shares with the pool processes it forks. Where they are started
anew instead (macOS), these do not see it: they then finish what they have begun.
"""

from __future__ import annotations

import mmap

_asked = mmap.mmap(-1, 1)


def ask() -> None:
    """Safe in a signal handler."""
    _asked[0] = 1


def is_asked() -> bool:
    return _asked[0] == 1
