"""Values that are ordered: numbers, lengths of time, versions, and quantities of CPU and memory."""

from __future__ import annotations

import re

from runbook.document import durations
from runbook.document.definition import Json
from runbook.health.kinds import Shape

_VERSION = re.compile(r"([A-Z][A-Z_]*?)_?(\d+(?:_\d+)*)(?:_[A-Z]\w*)?")
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_UNITS = {
    "": 1.0,
    "m": 0.001,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}


def amount(value: Json, shape: Shape) -> tuple[str, tuple[float, ...]] | None:
    """What to compare by: values with another first part have no order between them. None for what
    is no value of that shape."""
    if shape == "version":
        found = _VERSION.fullmatch(str(value))
        return (found[1], tuple(float(part) for part in found[2].split("_"))) if found else None
    number = _quantity(value) if shape == "quantity" else _number(value, shape)
    return None if number is None else ("", (number,))


def _number(value: Json, shape: Shape) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if shape == "seconds" and isinstance(value, str):
        told = durations.seconds(value)
        return None if told is None else float(told)
    try:
        return float(str(value)) if isinstance(value, str) and value.strip() else None
    except ValueError:
        return None


def _quantity(value: Json) -> float | None:
    found = _QUANTITY.fullmatch(str(value))
    return float(found[1]) * _UNITS[found[2] or ""] if found else None
