"""Checks: whether an expression is CEL, and what it says about a result, part by part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cel

from runbook.document import cel_text
from runbook.document.cel_text import Field
from runbook.document.definition import Check, CheckLevel, Json

MAX_EXPRESSION = 2000
MAX_RESULT = 1024 * 1024
MAX_DEPTH = 60
MAX_WORK = 300_000
MAX_GROWTH = 64 * 1024 * 1024
LONGEST_FOUND = 200

ABSENT = "not present"

_CEL_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_NOT_FOUND = re.compile(r"Undefined variable or function: '([^']*)'")


class _Missing:
    """Stands for a field that the result does not have."""


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a check against one result.

    `expected` is the part as written, `found` the present values of the fields it reads. `passed`
    is None when it could not be evaluated; then `problem` is a sentence that says why.
    """

    expression: str
    level: CheckLevel
    expected: str
    found: str
    passed: bool | None
    problem: str = ""


def compile_problem(expression: str) -> str:
    """ "" for valid CEL, else a sentence that says what is wrong with it."""
    if not expression.strip():
        return "The expression is empty."
    if len(expression) > MAX_EXPRESSION:
        return f"The expression is longer than {MAX_EXPRESSION} characters."
    try:
        cel.compile(expression)
    except ValueError as error:
        return _sentence(error)
    return ""


def evaluate(check: Check, result: Json) -> tuple[Finding, ...]:
    """One finding for each part that a top-level `&&` joins. Never raises.

    An object's keys are names, and `resource` is the whole; a list is `items`; anything else is
    `value`. A field that the result does not have makes its part false.
    """
    problem = compile_problem(check.expression) or _too_large(check.expression, result)
    if problem:
        return (_finding(check, check.expression, found="", passed=None, problem=problem),)
    names = _names(result)
    return tuple(_evaluate(check, part, names) for part in cel_text.conjuncts(check.expression))


def _evaluate(check: Check, part: str, names: Mapping[str, Json]) -> Finding:
    fields = cel_text.fields(part)
    found = _found(fields, names)
    try:
        # The conditional refuses a part that is not true or false; the line end closes a comment.
        passed = bool(cel.evaluate(f"({part}\n) ? true : false", dict(names)))
    except (KeyError, IndexError):
        return _finding(check, part, found=found, passed=False)
    except (ValueError, TypeError, RuntimeError, ArithmeticError) as error:
        if _is_about_absence(error, fields, names):
            return _finding(check, part, found=found, passed=False)
        return _finding(check, part, found=found, passed=None, problem=_why(error))
    return _finding(check, part, found=found, passed=passed)


def _finding(
    check: Check, part: str, *, found: str, passed: bool | None, problem: str = ""
) -> Finding:
    return Finding(check.expression, check.level, part, found, passed, problem)


def _names(result: Json) -> dict[str, Json]:
    if isinstance(result, dict):
        return {**result, "resource": result}
    if isinstance(result, list):
        return {"items": result, "resource": result}
    return {"value": result, "resource": result}


def _found(fields: tuple[Field, ...], names: Mapping[str, Json]) -> str:
    values = [(field, _value(field, names)) for field in fields]
    if len(values) == 1 and isinstance(values[0][1], _Missing):
        return ABSENT
    return _short(", ".join(_shown(field, value) for field, value in values), LONGEST_FOUND)


def _shown(field: Field, value: Json | _Missing) -> str:
    if isinstance(value, _Missing):
        return f"{field.text} {ABSENT}"
    if field.is_size and isinstance(value, list | dict | str):
        return f"size({field.text}) = {len(value)}"
    written = json.dumps(_round(value), ensure_ascii=False)
    return f"{field.text} = {_short(written, LONGEST_FOUND // 2)}"


def _round(value: Json) -> Json:
    """Measured seconds have more digits than a person reads."""
    return round(value, 4) if isinstance(value, float) else value


def _value(field: Field, names: Mapping[str, Json]) -> Json | _Missing:
    value: Json = dict(names)
    for key in field.keys:
        if isinstance(value, dict) and key in value:
            value = value[str(key)]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return _MISSING
    return value


def _is_about_absence(
    error: Exception, fields: tuple[Field, ...], names: Mapping[str, Json]
) -> bool:
    """Whether the error says that a field is missing, not that a function is unknown."""
    undefined = _NOT_FOUND.search(str(error))
    missing = [field for field in fields if isinstance(_value(field, names), _Missing)]
    if undefined:
        return any(field.keys[0] == undefined[1] for field in missing)
    return isinstance(error, TypeError) and bool(missing)


def _why(error: Exception) -> str:
    text = str(error)
    if undefined := _NOT_FOUND.search(text):
        return f"`{undefined[1]}` is not a function of this language."
    if isinstance(error, ArithmeticError):
        return "The expression divides by zero or its number is too large."
    if isinstance(error, TypeError) and "overload" in text:
        return (
            "The values do not have the types this compares: a number in quotes is text "
            "and wants `int(…)` around it, and a check is true or false."
        )
    return _sentence(error)


def _too_large(expression: str, result: Json) -> str:
    """A sentence when evaluating could cost more than a check may, else ""."""
    written = _written(result)
    if written is None or len(written) > MAX_RESULT:
        return "The result is too large to check: more than 1 MB, or nested too deep."
    longest = max(_lengths(result), default=0) + cel_text.longest_literal(expression)
    additions = cel_text.additions(expression)
    depth = cel_text.macro_depth(expression)
    work: int = (longest * (additions + 1)) ** depth
    growth = len(written) * additions**2 * (work if depth else 1)
    if work > MAX_WORK or (additions > 1 and growth > MAX_GROWTH):
        return "The expression is too costly for a result of this size: fewer loops inside loops."
    return ""


def _written(result: Json) -> str | None:
    if any(depth > MAX_DEPTH for depth in _depths(result)):
        return None
    return json.dumps(result, ensure_ascii=False)


def _depths(result: Json) -> Iterator[int]:
    waiting: list[tuple[Json, int]] = [(result, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield depth
        if depth > MAX_DEPTH:
            return
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            waiting += [(item, depth + 1) for item in inner]


def _lengths(result: Json) -> Iterator[int]:
    waiting: list[Json] = [result]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            yield len(value)
            waiting += list(value.values()) if isinstance(value, dict) else value


def _sentence(error: Exception) -> str:
    match = _CEL_ERROR.search(str(error))
    if not match:
        return f"The expression cannot be evaluated: {_short(str(error).split(chr(10))[0], 200)}"
    words = match[3].removeprefix("Syntax error: ").split(" expecting {")[0]
    words = words.replace("'<EOF>'", "the end")
    return f"Not a valid expression at character {match[2]}: {_short(words, 160)}"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
