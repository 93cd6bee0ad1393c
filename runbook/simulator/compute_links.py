"""Links between Compute Engine resources: any form a client sends, one form stored and shown."""

from __future__ import annotations

import re
from typing import Any

from runbook.simulator.store import Place, Resource

LINK = "https://www.googleapis.com/compute/v1"
KEY = "compute"
_LINK = re.compile(r"(?:https?://[^/]+/(?:compute/)?(?:v1|beta|alpha)/)?(projects/[^/]+/.+)")
_PARTIAL = re.compile(r"(?:global|regions/[^/]+|zones/[^/]+)/[a-zA-Z]+/[^/]+")


def absolute(resource: Resource, place: Place) -> Resource:
    """A copy in which each link, full or partial, has the form in which Google answers."""
    return {field: _absolute(value, place) for field, value in resource.items()}


def key_of(link: str) -> str:
    """The store's key of a Compute link, or "" for the link of another API."""
    return f"{KEY}{link.removeprefix(LINK)}" if link.startswith(f"{LINK}/") else ""


def _absolute(value: Any, place: Place) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return absolute(value, place)
    if isinstance(value, list):
        return [_absolute(one, place) for one in value]
    if not isinstance(value, str):
        return value
    if full := _LINK.fullmatch(value):
        return f"{LINK}/{full[1]}"
    if _PARTIAL.fullmatch(value):
        return f"{LINK}/projects/{place.project}/{value}"
    return value
