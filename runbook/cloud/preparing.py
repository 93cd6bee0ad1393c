"""What a process that talks to Google makes once, made before anybody waits for it."""

from __future__ import annotations

from runbook.cloud import late
from runbook.cloud.authorities import authorities
from runbook.cloud.trust import trust, trust_in_greetings


def prepare() -> None:
    """For workers, at their start and before they fork."""
    late.compute()
    trust()
    trust_in_greetings()
    authorities(verify=True)
