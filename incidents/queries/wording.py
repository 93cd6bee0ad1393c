"""Words made of several, and the short names of resources."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.visible_text import visible


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def stated(names: Sequence[str], state: str) -> str:
    """ "A is offline", "A and B are offline", or nothing of nobody."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} {state}" if names else ""


def short_resource(resource: str) -> str:
    """What tells a resource apart: "connectors/staging-connector", "database-url/versions/2"."""
    if "://" in resource:
        return visible(resource)
    parts = visible(resource).split("/")
    return "/".join(parts[-3:] if "versions" in parts[-2:-1] else parts[-2:])
