"""Holds what was found against what is expected, and puts both into words."""

from __future__ import annotations

from runbook.document import durations
from runbook.document.definition import Json
from runbook.health.amounts import amount
from runbook.health.definition import Bound, Expectation
from runbook.health.kinds import Shape

_WORDS = {
    "is": "{}",
    "at_least": "at least {}",
    "at_most": "at most {}",
    "above": "above {}",
    "below": "below {}",
    "one_of": "one of {}",
    "includes": "{}",
}


def holds(bound: Bound, found: Json, shape: Shape) -> bool:
    if bound.comparison == "is":
        return _is(found, bound.wanted, shape)
    if bound.comparison == "one_of":
        options = bound.wanted if isinstance(bound.wanted, list) else [bound.wanted]
        return any(_is(found, one, shape) for one in options)
    if bound.comparison == "includes":
        return _texts(bound.wanted) <= _texts(found)
    return _is_within(bound, found, shape)


def expected_words(expectation: Expectation, shape: Shape) -> str:
    """ "READY", "at least 2", "at least 3 and at most 10"."""
    return " and ".join(
        _WORDS[bound.comparison].format(words(bound.wanted, shape)) for bound in expectation.bounds
    )


def words(value: Json, shape: Shape) -> str:
    """A value for people; "nothing" where none was found."""
    if value is None or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(words(one, shape) for one in value)
    if shape == "seconds" and isinstance(value, int | float):
        return durations.words(int(value)) if float(value).is_integer() else f"{value:.2f} s"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _is(found: Json, wanted: Json, shape: Shape) -> bool:
    if shape == "texts":
        return _texts(found) == _texts(wanted)
    if shape == "flag":
        return found is wanted
    if shape in ("text", "setting") and str(found) == str(wanted):
        return True
    mine = amount(found, shape)
    return mine is not None and mine == amount(wanted, shape)


def _is_within(bound: Bound, found: Json, shape: Shape) -> bool:
    mine, limit = amount(found, shape), amount(bound.wanted, shape)
    if mine is None or limit is None or mine[0] != limit[0]:
        return False
    match bound.comparison:
        case "at_least":
            return mine[1] >= limit[1]
        case "at_most":
            return mine[1] <= limit[1]
        case "above":
            return mine[1] > limit[1]
        case _:
            return mine[1] < limit[1]


def _texts(value: Json) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}
