"""Where a simulator may be: on this machine, as pages and workers alike check it."""

from __future__ import annotations

import re

_ON_THIS_MACHINE = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?/?")
"""The whole text: the parts that one library finds in an odd address are not those of another."""


def check_endpoint(endpoint: str) -> None:
    """Raises ValueError unless `endpoint` is "" or plain http on this machine."""
    if endpoint and not _ON_THIS_MACHINE.fullmatch(endpoint):
        raise ValueError(f"A simulator is reached over http on this machine, not at {endpoint}.")
