"""What one term of a filter means: `key:word`, `key=word`, `key>5`, `key~pattern`, a bare word.

`:` finds a part of a text or, with one `*`, a beginning or an end; `=` the whole text; both ignore
case and accents. Where gcloud says that a match will change in the near future, this keeps to what
gcloud does today and says the same.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from runbook.commands.base import NotRunnable
from runbook.commands.language.filter_words import (
    CONSTANTS,
    Pattern,
    Value,
    as_number,
    equals_word,
    has_word,
    note,
    number,
    stringized,
)
from runbook.commands.language.keys import Key, get
from runbook.commands.language.moments import local_zone, read_moment
from runbook.commands.language.patterns import compiled
from runbook.commands.language.transforms import Transform
from runbook.document.definition import Json

_MOMENT = re.compile(r"\d\d\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_ORDER: dict[str, Callable[[object, object], bool]] = {
    "<": operator.lt,  # type: ignore[dict-item]  # a TypeError is an answer here
    "<=": operator.le,  # type: ignore[dict-item]  # a TypeError is an answer here
    ">": operator.gt,  # type: ignore[dict-item]  # a TypeError is an answer here
    ">=": operator.ge,  # type: ignore[dict-item]  # a TypeError is an answer here
}


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A text that stands in any value of a resource."""

    text: str

    def __call__(self, value: Json) -> bool:
        if isinstance(value, dict):
            return any(self(item) for name, item in value.items() if not name.startswith("_"))
        if isinstance(value, list):
            return any(self(item) for item in value)
        return bool(value) and self.text.lower() in str(value).lower()


@dataclass(frozen=True, slots=True)
class Operand:
    """A word to compare with; `number` where it is one, `is_constant` for true and false."""

    text: str
    number: int | float | None = None
    is_constant: bool = False
    moment: datetime | None = None


@dataclass(slots=True)
class Term:
    """A comparison. The first value that is not empty decides whether values are moments."""

    key: Key
    sign: str
    operands: list[Operand]
    transform: Transform | None = None
    patterns: list[Pattern] = field(default_factory=list)
    note: str = ""
    reads_moments: bool | None = None

    @property
    def note_kind(self) -> str:
        return ":" if self.sign == ":" else "="

    def __call__(self, resource: Json) -> bool:
        found = get(resource, self.key)
        if self.transform is not None:
            found = self.transform.apply(found)
        items: Sequence[Json] = found if isinstance(found, list) and found else [found]
        values = [self._normal(item) for item in items]
        return any(self._matches(value, one) for value in values for one in self.operands)

    def _normal(self, value: Json) -> Value:
        if not value or self.transform is not None:
            return value
        if self.reads_moments is None:
            self.reads_moments = isinstance(value, str) and bool(_MOMENT.match(value))
            if self.reads_moments:
                self._read_operands()
        if not self.reads_moments or not isinstance(value, str):
            return value
        return _moment(value)

    def _read_operands(self) -> None:
        self.operands = [
            Operand(one.text, moment=_moment(one.text)) if one.text else one
            for one in self.operands
        ]

    def _matches(self, value: Value, one: Operand) -> bool:
        if one.number is not None:
            found = number(value)
            if found is not None:
                held = _safely(self._holds, found, one.number)
                if held:
                    return True
                if held is not None and not one.is_constant:
                    return False
        if not value and one.moment is not None:
            return False
        return self._compares(value, one.moment or one.text)

    def _compares(self, value: Value, other: str | datetime) -> bool:
        try:
            return self._holds(value, other)
        except TypeError:
            if value is None:
                return bool(_safely(self._holds, "", other))
            if isinstance(value, str | dict | list):
                return False
            return bool(_safely(self._holds, stringized(value), other))

    def _holds(self, value: Value, other: Value) -> bool:
        if self.sign in _ORDER:
            return _ORDER[self.sign](value, other)
        if self.sign in ("~", "!~"):
            if not isinstance(value, str):
                raise TypeError("a pattern is looked for in texts")
            is_found = compiled(self.patterns[0].text).search(value) is not None
            return is_found == (self.sign == "~")
        return self._has_word(value) != (self.sign == "!=")

    def _has_word(self, value: Value) -> bool:
        if isinstance(value, dict):
            parts: list[Value] = [*value.keys(), *value.values()]
        else:
            parts = list(value) if isinstance(value, list) else [value]
        is_noted = not isinstance(value, dict)
        return any(
            self._is_word(part, one, is_noted=is_noted) for part in parts for one in self.patterns
        )

    def _is_word(self, value: Value, wanted: Pattern, *, is_noted: bool) -> bool:
        is_place = self.key in (("zone",), ("region",))
        today, is_changing = wanted.find(value, self.sign, is_place=is_place)
        if is_changing and is_noted and not self.note:
            self.note = note(self.key, self.sign, wanted.text, today=today)
        return today


def _safely(holds: Callable[[Value, Value], bool], value: Value, other: Value) -> bool | None:
    """None where the two cannot be compared."""
    try:
        return holds(value, other)
    except TypeError:
        return None


def _moment(text: str) -> datetime:
    found = read_moment(text, local_zone())
    if found is None:
        raise NotRunnable(f"Unknown string format: {text}", gcloud_exit=1)
    return found


def term_of(key: Key, sign: str, operands: list[str] | str, transform: Transform | None) -> Term:
    """Raises NotRunnable."""
    words = [operands] if isinstance(operands, str) else operands
    if sign in ("~", "!~"):
        _check_pattern(words[0])
        patterns = [Pattern(words[0], re.compile(""), None)]
    elif sign in _ORDER:
        patterns = []
    else:
        patterns = [has_word(word) if sign == ":" else equals_word(word) for word in words]
    return Term(
        key, sign, [_operand(word) for word in words] or [Operand("null")], transform, patterns
    )


def _check_pattern(pattern: str) -> None:
    try:
        compiled(pattern)
    except NotRunnable as refusal:
        if not isinstance(refusal.__cause__, re.error):
            raise
        words = f"Filter expression RE pattern [{pattern}]: {refusal.__cause__}"
        raise NotRunnable(words, gcloud_exit=1) from refusal


def _operand(word: str) -> Operand:
    if word.lower() in CONSTANTS:
        return Operand(word, CONSTANTS[word.lower()], is_constant=True)
    return Operand(word, as_number(word))
