"""The one module that is imported when it is first asked for.

Google's typed client of Compute Engine takes two seconds and 100 MB, and what asks other products
alone should not wait for it. Workers load it at their start (`preparing`).
"""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from runbook.cloud.compute import Compute


@cache
def compute() -> type[Compute]:
    """A hundred thousand objects that all stay. The collector looks through them neither while
    they come, which takes a third more, nor later, which would copy the memory that forks share."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        loaded = import_module("runbook.cloud.compute")
        gc.freeze()
        return cast("type[Compute]", loaded.Compute)
    finally:
        if was_enabled:
            gc.enable()
