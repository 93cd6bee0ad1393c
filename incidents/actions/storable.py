"""What others sent, as every database takes it: PostgreSQL refuses zero bytes in text and in JSON,
no database takes half of a surrogate pair, and JSON knows neither NaN nor infinity."""

from __future__ import annotations

import math

from runbook.document.definition import Json


def storable_text(text: str) -> str:
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    return whole.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def storable(found: Json) -> Json:
    """The same value with every text and every number in it made storable."""
    if isinstance(found, str):
        return storable_text(found)
    if isinstance(found, float) and not math.isfinite(found):
        return str(found)
    if isinstance(found, list):
        return [storable(item) for item in found]
    if isinstance(found, dict):
        return {storable_text(name): storable(item) for name, item in found.items()}
    return found
