"""Annotations that hold JSON as text."""

from __future__ import annotations

import json

from runbook.document.definition import Json


def whole_object(text: str) -> dict[str, Json]:
    """The object that `text` holds, {} where it holds none."""
    found = _read(text)
    return found if isinstance(found, dict) else {}


def first_object(text: str) -> dict[str, Json]:
    """The first object of the list that `text` holds, {} where there is none."""
    found = _read(text)
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def _read(text: str) -> Json:
    try:
        found: Json = json.loads(text)
    except ValueError:
        return None
    return found
