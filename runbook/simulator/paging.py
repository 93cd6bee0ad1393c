"""Pages of a list, as all of Google's list methods cut them."""

from __future__ import annotations

from typing import Any

from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.store import Resource


def page(call: Call, field: str, items: list[Any]) -> Resource:  # Any: the items of any list
    """`{field: items}` for this request's page, with `nextPageToken` when more follow.

    The size is `pageSize` or `maxResults`, whichever the API uses; the token is opaque to clients.
    An empty list has no field, as in Google's JSON.
    """
    size = _number(call, "pageSize") or _number(call, "maxResults") or 500
    start = _number(call, "pageToken")
    chosen = items[start : start + size]
    shown: Resource = {field: chosen} if chosen else {}
    if start + size < len(items):
        shown["nextPageToken"] = str(start + size)
    return shown


def _number(call: Call, name: str) -> int:
    text = call.query.get(name, "")
    if text and not text.isdecimal():
        raise Refusal(400, f"Invalid value for parameter {name}: '{text}'.")
    return int(text or 0)
