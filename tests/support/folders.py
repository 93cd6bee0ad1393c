"""What the tests of one folder share while they run one after another, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

import pytest

T = TypeVar("T")


def kept_in_folder(
    request: pytest.FixtureRequest,
    key: pytest.StashKey[T],
    start: Callable[[], AbstractContextManager[T]],
) -> T:
    """For fixtures of modules: what `start` gives, started by the first test of the folder that
    asks, and ended as soon as the next test lies elsewhere: idle processes cost the others time."""
    folder = request.node.parent
    if key not in folder.stash:
        running = ExitStack()
        folder.stash[key] = running.enter_context(start())

        def end() -> None:
            del folder.stash[key]
            running.close()

        folder.addfinalizer(end)
    return folder.stash[key]
