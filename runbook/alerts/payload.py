"""Reading fields of what others post: of the right type, or as if they were not there."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from runbook.document.definition import Json

Object = Mapping[str, Json]


def text(written: Json) -> str:
    """A text, a number or a truth value as people write it; "" for everything else."""
    if isinstance(written, bool):
        return str(written).lower()
    if isinstance(written, float):
        return f"{written:g}" if math.isfinite(written) else ""
    if isinstance(written, int):
        return str(written) if abs(written) < 10**40 else ""
    return written.strip() if isinstance(written, str) else ""


def first_text(*candidates: Json) -> str:
    """The first that says something."""
    return next((found for found in map(text, candidates) if found), "")


def inner(written: Json) -> Object:
    return written if isinstance(written, dict) else {}


def labels(written: Json) -> dict[str, str]:
    """Names and values as text; what has no text is left out."""
    return {name: text(value) for name, value in inner(written).items() if name and text(value)}


def objects(written: Json) -> Iterator[Object]:
    """The members of a list that are objects with fields."""
    for one in written if isinstance(written, list) else ():
        if isinstance(one, dict) and one:
            yield one


def moment(written: Json) -> datetime | None:
    """An RFC 3339 time or seconds since 1970, in UTC. The year 1 and second 0 stand for none."""
    try:
        if isinstance(written, int | float) and not isinstance(written, bool):
            found = datetime.fromtimestamp(written, UTC)
        else:
            found = datetime.fromisoformat(text(written))
            found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year > 1970 else None


def web_link(*candidates: Json) -> str:
    """The first that is an address of the web; pages make a link of it."""
    return next((found for found in map(text, candidates) if _is_web(found)), "")


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        return False


def digest(names: Mapping[str, str]) -> str:
    """A name for a set of labels, the same whatever their order."""
    return hashlib.sha256(json.dumps(sorted(names.items())).encode()).hexdigest()[:32]
