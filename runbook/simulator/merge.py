"""Laying changes over a value, as JSON merge patches and scenarios do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Objects merge field by field, everything else (lists too) is replaced, null removes."""
    result = dict(base)
    for field, value in changes.items():
        if value is None:
            result.pop(field, None)
        elif isinstance(value, Mapping) and isinstance(result.get(field), Mapping):
            result[field] = merged(result[field], value)
        else:
            result[field] = value
    return result
