"""What a process that talks to Google makes once, made before anybody waits for it."""

from __future__ import annotations

import gc
from importlib import import_module

from runbook.cloud.authorities import authorities
from runbook.cloud.sessions import LATE
from runbook.cloud.trust import trust, trust_in_greetings


def prepare() -> None:
    """For workers, at their start and before they fork.

    All that is loaded here stays: the collector need neither look through it while it grows, which
    takes a fourth of the time, nor later, which would copy the pages that children share.
    """
    gc.disable()
    try:
        import_module(LATE)
        trust()
        trust_in_greetings()
        authorities(verify=True)
        gc.freeze()
    finally:
        gc.enable()
