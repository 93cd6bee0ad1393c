"""Values of a filter: finding a field in a JSON object and comparing it with what was written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from runbook.simulator.errors import Refusal

Ordered = TypeVar("Ordered", str, float)

SEVERITIES = (
    "DEFAULT",
    "DEBUG",
    "INFO",
    "NOTICE",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "ALERT",
    "EMERGENCY",
)


def reach(value: object, path: Sequence[str]) -> list[object]:
    """All values at a dotted path; lists on the way are looked through."""
    if isinstance(value, list):
        return [found for one in value for found in reach(one, path)]
    if not path:
        return [value]
    if not isinstance(value, dict):
        return []
    for length in range(len(path), 0, -1):
        key = ".".join(path[:length])
        if key in value:
            return reach(value[key], path[length:])
    return []


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    else:
        yield str(value)


def compare(found: list[object], operator: str, wanted: str, *, field: str) -> bool:
    """Whether any of the values fits; a field that is not there fits only a denial."""
    if operator == "!=":
        return not compare(found, "=", wanted, field=field)
    if operator == "!~":
        return not compare(found, "=~", wanted, field=field)
    if operator == ":":
        return any(_has(one, wanted) for one in found)
    if operator == "=~":
        return any(_pattern(wanted).search(str(one)) for one in found)
    return any(_in_order(one, operator, wanted, field) for one in found)


def _has(value: object, wanted: str) -> bool:
    if wanted == "*":
        return True
    if isinstance(value, dict):
        return wanted in value
    return wanted.strip("*").lower() in str(value).lower()


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise Refusal(400, f"Invalid regular expression '{text}'.") from error


def _in_order(value: object, operator: str, wanted: str, field: str) -> bool:
    left, right = _sortable(value, field), _sortable(wanted, field)
    if operator == "=":
        return left == right
    if isinstance(left, str) or isinstance(right, str):
        return _ordered(str(left), operator, str(right)) if type(left) is type(right) else False
    return _ordered(left, operator, right)


def _ordered(left: Ordered, operator: str, right: Ordered) -> bool:
    match operator:
        case "<":
            return left < right
        case ">":
            return left > right
        case "<=":
            return left <= right
    return left >= right


def _sortable(value: object, field: str) -> float | str:
    """Severities by rank, moments as moments, numbers as numbers, all else in small letters."""
    if isinstance(value, bool):
        return str(value).lower()
    return _read(str(value), field)


@functools.lru_cache(maxsize=8192)
def _read(text: str, field: str) -> float | str:
    if field == "severity":
        return float(SEVERITIES.index(text.upper())) if text.upper() in SEVERITIES else -1.0
    if re.match(r"\d{4}-\d\d-\d\d[Tt ]", text):
        return _moment(text)
    try:
        return float(text)
    except ValueError:
        return text.lower()


def _moment(text: str) -> float | str:
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper())).timestamp()
    except ValueError:
        return text.lower()
