"""Words made of several."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def stated(names: Sequence[str], state: str) -> str:
    """ "A is offline", "A and B are offline", or nothing of nobody."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} {state}" if names else ""
