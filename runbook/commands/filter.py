"""`--filter`: gcloud's list filters, evaluated here as gcloud evaluates them on the client's side.

The operator `:` finds a part of a text or, with one `*`, a beginning; both ignore case. Where
gcloud prints that a match will change in the near future, this keeps to what it does today.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.keys import Key, get, parse_key
from runbook.commands.patterns import compiled
from runbook.document.definition import Json

Predicate: TypeAlias = Callable[[Json], bool]

_TOKEN = re.compile(
    r"""\s*(?P<mark>[()])|\s*(?P<operator>!=|<=|>=|!~|[:=<>~])
    |\s*(?P<word>(?:[^\s()"':=!<>~]|"[^"]*"|'[^']*')+)""",
    re.VERBOSE,
)
_OPERAND = re.compile(r"""\s*(?P<word>(?:[^\s()"']|"[^"]*"|'[^']*')+)""")
_ORDER: dict[str, Callable[[float | str, float | str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS = {"true": 1.0, "false": 0.0}


def parse_filter(text: str) -> Predicate:
    """A function that says whether a resource matches. Raises NotRunnable."""
    reader = _Reader(text)
    predicate = _expression(reader)
    if not reader.is_at_end():
        raise NotRunnable(f"The filter cannot be read from '{reader.rest()}' on.")
    return predicate


class _Reader:
    """Tokens of a filter, one after another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def rest(self) -> str:
        return self._text[self._position :].strip()

    def is_at_end(self) -> bool:
        return not self.rest()

    def peek(self) -> str:
        token = _TOKEN.match(self._text, self._position)
        return token[0].strip() if token else ""

    def take(self) -> str:
        token = _TOKEN.match(self._text, self._position)
        if token is None:
            raise NotRunnable("The filter ends where a term is expected.")
        self._position = token.end()
        return token[0].strip()

    def take_operand(self) -> str:
        """A word in which operator characters are nothing special."""
        token = _OPERAND.match(self._text, self._position)
        if token is None:
            raise NotRunnable("The filter ends where a value is expected.")
        self._position = token.end()
        return re.sub(r"""["']""", "", token["word"])


def _expression(reader: _Reader) -> Predicate:
    """Terms side by side or joined by AND, or joined by OR; both need parentheses, as in gcloud."""
    terms = [_term(reader)]
    joins: set[str] = set()
    while not reader.is_at_end() and reader.peek() != ")":
        if reader.peek() in ("AND", "OR"):
            joins.add(reader.take())
        else:
            joins.add("AND")
        terms.append(_term(reader))
    if len(joins) > 1:
        raise NotRunnable("Parenthesis grouping is required when AND and OR are combined.")
    combine = any if joins == {"OR"} else all
    return lambda resource: combine(term(resource) for term in terms)


def _term(reader: _Reader) -> Predicate:
    if reader.peek() == "NOT":
        reader.take()
        return _not(_term(reader))
    word = reader.take()
    if word == "(":
        inner = _expression(reader)
        if reader.take() != ")":
            raise NotRunnable("The filter has an open parenthesis.")
        return inner
    if word.startswith("-"):
        return _not(_comparison(word[1:], reader))
    return _comparison(word, reader)


def _not(predicate: Predicate) -> Predicate:
    return lambda resource: not predicate(resource)


def _comparison(name: str, reader: _Reader) -> Predicate:
    if name in ("AND", "OR", "NOT", ")", "") or not name[0].isidentifier():
        raise NotRunnable(f"A term of the filter cannot start with '{name}'.")
    sign = reader.peek()
    if sign not in (":", "=", "!=", "~", "!~", *_ORDER):
        pattern = re.compile(re.escape(name.strip("\"'")), re.IGNORECASE)
        return lambda resource: _anywhere(resource, pattern)
    reader.take()
    operands = tuple(_operands(sign, reader))
    if sign in ("~", "!~"):
        compiled(operands[0])
    return _Comparison(parse_key(name), sign, operands)


def _operands(sign: str, reader: _Reader) -> list[str]:
    """One value, or several in parentheses after `:` and `=`."""
    if sign not in (":", "=") or reader.peek() != "(":
        return [reader.take_operand()]
    reader.take()
    found: list[str] = []
    while reader.peek() != ")":
        word = reader.take_operand()
        found += [part for part in word.split(",") if part and part != "OR"]
    reader.take()
    return found


def _anywhere(value: Json, pattern: re.Pattern[str]) -> bool:
    if isinstance(value, dict):
        return any(_anywhere(item, pattern) for item in value.values())
    if isinstance(value, list):
        return any(_anywhere(item, pattern) for item in value)
    return value is not None and bool(pattern.search(str(value)))


@dataclass(frozen=True, slots=True)
class _Comparison:
    key: Key
    sign: str
    operands: tuple[str, ...]

    def __call__(self, resource: Json) -> bool:
        found = get(resource, self.key)
        values: Sequence[Json] = found if isinstance(found, list) and found else [found]
        return any(self._holds(value, operand) for value in values for operand in self.operands)

    def _holds(self, value: Json, operand: str) -> bool:
        if self.sign in ("~", "!~"):
            found = isinstance(value, str) and compiled(operand).search(value) is not None
            return found if self.sign == "~" else isinstance(value, str) and not found
        if self.sign in _ORDER:
            return _in_order(self.sign, value, operand)
        if isinstance(value, dict):
            parts: list[Json] = [*value.keys(), *value.values()]
            return any(_is_word(part, operand, self.sign) for part in parts)
        matches = _is_word(value, operand, self.sign)
        return not matches if self.sign == "!=" else matches


def _in_order(sign: str, value: Json, operand: str) -> bool:
    wanted, found = _number(operand), _number(value)
    if wanted is not None and found is not None:
        return _ORDER[sign](found, wanted)
    return isinstance(value, str) and wanted is None and _ORDER[sign](value, operand)


def _number(value: Json) -> float | None:
    if isinstance(value, str) and value.lower() in _NUMBERS:
        return _NUMBERS[value.lower()]
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _is_word(value: Json, operand: str, sign: str) -> bool:
    if value is None:
        return operand in ("", "null")
    if isinstance(value, int | float):
        return _number(operand) == float(value) or str(value) == operand
    text = _folded(value if isinstance(value, str) else str(value))
    if sign != ":":
        return text == _folded(operand)
    if operand == "*":
        return bool(text)
    beginning, star, end = _folded(operand).partition("*")
    if not star:
        return beginning in text
    return text.startswith(beginning) and text[len(beginning) :].endswith(end)


def _folded(text: str) -> str:
    """Lower case and without accents."""
    normal = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in normal if not unicodedata.combining(char))
