"""The `filter` of Compute Engine's lists: terms that must all hold.

`field eq pattern` and `field ne pattern` match a regular expression against the whole value; this
is what gcloud sends. `=`, `!=`, `:` and comparisons take plain values. `OR` and `NOT` are refused
rather than misread.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.store import Resource

_TERM = re.compile(
    r"""(?P<field>[A-Za-z][\w.]*)\s*(?P<sign>\beq\b|\bne\b|!=|<=|>=|=|<|>|:)\s*"""
    r"""(?P<value>"(?:\\.|[^"\\])*"|'[^']*'|[^\s()"']+)"""
)
_BETWEEN = re.compile(r"(?:[\s()]|\bAND\b)*")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {  # Any: numbers or texts
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    sign: str
    value: str


def filtered(call: Call, items: list[Resource]) -> list[Resource]:
    """The items for which every term of the request's filter holds. Raises `Refusal` 400."""
    terms = _terms(call.query.get("filter", ""))
    return [item for item in items if all(_holds(term, item) for term in terms)]


def _terms(text: str) -> list[Term]:
    terms = []
    at = _gap(text, 0)
    while at < len(text):
        found = _TERM.match(text, at)
        if not found:
            raise _not_understood(text)
        terms.append(Term(found["field"], found["sign"], found["value"]))
        at = _gap(text, found.end())
    return terms


def _gap(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _holds(term: Term, item: Resource) -> bool:
    value: Any = item  # Any: JSON, walked down field by field
    for name in term.field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if term.sign in ("eq", "ne"):
        return (value is not None and _matches(term.value, value)) == (term.sign == "eq")
    wanted = term.value.strip("\"'")
    if term.sign in _ORDER:
        return value is not None and _compared(term.sign, value, wanted)
    if term.sign == ":" and wanted == "*":
        return value is not None
    if term.sign == ":":
        return wanted.lower() in _text(value).lower()
    return (_text(value) == wanted) == (term.sign == "=")


def _matches(pattern: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    written = pattern[1:-1].replace('\\"', '"') if pattern[0] in "\"'" else pattern
    try:
        return re.fullmatch(written, _text(value)) is not None
    except re.error as error:
        raise _not_understood(pattern) from error


def _compared(sign: str, value: Any, wanted: str) -> bool:  # noqa: ANN401 - any JSON value
    try:
        return _ORDER[sign](float(value), float(wanted))
    except (TypeError, ValueError):
        return _ORDER[sign](_text(value), wanted)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _not_understood(text: str) -> Refusal:
    return Refusal(
        400, f"Invalid value for field 'filter': '{text}'. Invalid list filter expression."
    )
