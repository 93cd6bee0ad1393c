"""Words in filters: what `:` and `=` look for, today and as Google says that they soon will."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.language.keys import Key, key_name
from runbook.commands.language.moments import as_python, local_zone, read_moment
from runbook.document.definition import Json

Value: TypeAlias = "Json | datetime"
CONSTANTS = {"false": 0, "true": 1}
_FLAGS = re.IGNORECASE | re.MULTILINE


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word as `today` finds it and as it is to be found `soon`, where that is settled."""

    text: str
    soon: re.Pattern[str]
    today: re.Pattern[str] | None

    def find(self, value: Value, sign: str, *, is_place: bool) -> tuple[bool, bool]:
        """What gcloud answers today, and whether it will answer differently soon.

        `is_place` is set for the fields zone and region: the last part of a URL counts too.
        """
        text = _comparable(value, self.text, sign)
        if isinstance(text, bool):
            return text, False
        soon = self.soon.search(text) is not None
        if self.today is None:
            return soon, False
        today = self.today.search(text) is not None
        if is_place:
            today = today or self.today.search(text.rpartition("/")[2]) is not None
        return today, soon != today


def equals_word(word: str) -> Pattern:
    escaped = re.escape(_folded(word))
    soon, today = re.compile(rf"\b{escaped}\b", _FLAGS), re.compile(f"^{escaped}$", _FLAGS)
    return Pattern(word, soon, today)


def has_word(word: str) -> Pattern:
    """At most one star, which today stands at the beginning, at the end or in between."""
    if word == "*":
        return Pattern(word, re.compile(".", _FLAGS), None)
    folded = _folded(word)
    left, star, right = folded.partition("*")
    if "*" in right:
        raise NotRunnable(f"At most one * expected in : patterns [{word}].", gcloud_exit=1)
    is_open = folded.endswith("*")
    soon = rf"\b{re.escape(folded.removesuffix('*') if is_open else folded)}"
    soon += "" if is_open else r"\b"
    before, after = re.escape(left), re.escape(right)
    if not star:
        today = before
    elif word.startswith("*"):
        today = f"{before}{after}$"
    elif is_open:
        today = f"^{before}"
    else:
        today = f"^{before}.*{after}$"
    return Pattern(word, re.compile(soon, _FLAGS), re.compile(today, _FLAGS))


def note(key: Key, sign: str, text: str, *, today: bool) -> str:
    now, later = ("matches", "will not match") if today else ("does not match", "will match")
    return (
        "WARNING: --filter : operator evaluation is changing for consistency across Google APIs.  "
        f"{key_name(key)}{sign}{text} currently {now} but {later} in the near future.  Run "
        "`gcloud topic filters` for details."
    )


def _comparable(value: Value, wanted: str, sign: str) -> str | bool:
    """The text to look in, or the answer where none is needed."""
    if isinstance(value, int | float):
        number = as_number(wanted)
        if number == value or (value in (0, 1) and CONSTANTS.get(wanted.lower()) == value):
            return True
        return re.sub(r"\.0*$", "", stringized(value))
    if value == wanted:
        return True
    if value is None:
        return True if wanted == "" else False if wanted == "*" and sign == ":" else "null"
    if isinstance(value, datetime) and wanted and read_moment(wanted, local_zone()) == value:
        return True
    return _folded(stringized(value), is_html=True)


def stringized(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return as_python(value)
    return value if isinstance(value, str) else repr(value)


def _folded(text: str, *, is_html: bool = False) -> str:
    """Lower case, without accents and tags."""
    lowered = re.sub(r"<[^>]*>", "", text.lower()) if is_html else text.lower()
    normal = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in normal if not unicodedata.combining(char))


def number(value: Value) -> int | float | None:
    if isinstance(value, int | float):
        return value
    return as_number(value) if isinstance(value, str) else None


def as_number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None
