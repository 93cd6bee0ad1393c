"""Flags of gcloud commands and what their texts mean; refusals in gcloud's words."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.language.moments import read_period

FlagKind = Literal["text", "integer", "boolean", "mapping", "list", "choice", "duration", "size"]
FlagValue: TypeAlias = "str | int | bool | tuple[str, ...] | tuple[tuple[str, str], ...]"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([a-zA-Z]*)")
_POWERS = {"": 3, "B": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_ESCAPING = (
    "Please see `gcloud topic flags-file` or `gcloud topic escaping` for information on providing "
    "list or dictionary flag values with special characters."
)
_DELIMITERS = (";", "|", "#", "@@", "::", "%%%", "~~~~~")


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name`. A boolean also exists as `--no-name`; a mapping is `a=1,b=2`, a list `a,b`.

    `pattern` is what a text, or each item of a list, may look like; `outside` what gcloud says of a
    text that does not, with {} for the text. `least` are the seconds of the shortest duration.
    gcloud takes an empty list or mapping where it `may_be_empty`.
    """

    name: str
    kind: FlagKind = "text"
    choices: tuple[str, ...] = ()
    pattern: str = ".*"
    outside: str = ""
    least: int = 0
    may_be_empty: bool = False


def refused(flag: Flag, words: str, instead: str = "") -> NotRunnable:
    """gcloud's own refusal of a flag's value."""
    return NotRunnable(f"argument --{flag.name}: {words}", instead, gcloud_exit=2)


def value_of(flag: Flag, text: str) -> FlagValue:
    """The value of a flag from its text; a boolean's text is "true" or "false".

    Raises NotRunnable; `instead` is then the flag alone with a value to write, or "".
    """
    if flag.kind == "boolean":
        return text == "true"
    if flag.kind == "integer":
        return _integer(flag, text)
    if flag.kind == "mapping":
        return _mapping(flag, text)
    if flag.kind == "list":
        return _list(flag, text)
    if flag.kind == "choice":
        return _choice(flag, text)
    if flag.kind == "duration":
        return _duration(flag, text)
    if flag.kind == "size":
        return _gigabytes(flag, text)
    return _possible(flag, text)


def written(name: str, value: FlagValue) -> str:
    """One word that gcloud reads as this value."""
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    if isinstance(value, tuple):
        items = [item if isinstance(item, str) else "=".join(item) for item in value]
        return f"--{name}={_joined(items)}"
    return f"--{name}={value}"


def _joined(items: list[str]) -> str:
    """With another delimiter where a comma, or a circumflex at the start, means itself."""
    text = ",".join(items)
    if not any("," in item for item in items) and not text.startswith("^"):
        return text if not items or items[-1] else f"{text},"
    mark = next((mark for mark in _DELIMITERS if all(mark not in item for item in items)), "")
    if not mark or any(item.endswith(mark[0]) for item in items):
        mark = "".join(f"\N{SECTION SIGN}{len(items)}\N{SECTION SIGN}")
    return f"^{mark}^{mark.join(items)}{'' if items[-1] else mark}"


def _possible(flag: Flag, text: str) -> str:
    if not re.fullmatch(flag.pattern, text):
        if flag.outside:
            raise refused(flag, flag.outside.format(text))
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a possible value.")
    return text


def whole_number(text: str) -> int | None:
    """What gcloud takes for a number, which is what Python does: ` 7`, `1_000` and `٣` too."""
    try:
        return int(text)
    except ValueError:
        return None


def is_plain(text: str) -> bool:
    """Whether a number is written in a way that nobody can misread."""
    return re.fullmatch(r"\s*[-+]?\d{1,18}\s*", text, re.ASCII) is not None


def _integer(flag: Flag, text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise refused(flag, f"invalid int value: '{text}'")
    if not is_plain(text):
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a possible value.")
    return number


def split_items(flag: Flag, text: str) -> list[str]:
    """The items of a list; `^;^a;b` is gcloud's way to use another mark than the comma."""
    mark = ","
    if text.startswith("^") and "^" in text[1:]:
        mark, _, text = text[1:].partition("^")
        if not mark:
            raise refused(flag, f"Invalid delimiter. {_ESCAPING}")
    return text.removesuffix(mark).split(mark) if text else []


def _mapping(flag: Flag, text: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    parts = split_items(flag, text)
    if not parts:
        raise _empty(flag)
    for part in parts:
        key, equals, value = part.partition("=")
        if not key:
            raise refused(flag, f"Invalid flag value [{part}]")
        if not equals:
            raise refused(flag, f"Bad syntax for dict arg: [{part}]. {_ESCAPING}")
        found[key] = value
    return tuple(found.items())


def _list(flag: Flag, text: str) -> tuple[str, ...]:
    items = tuple(split_items(flag, text))
    if not items and not re.fullmatch(flag.pattern, ""):
        raise _empty(flag)
    return tuple(_possible(flag, item) for item in items)


def _empty(flag: Flag) -> NotRunnable:
    if flag.may_be_empty:
        return NotRunnable(f"argument --{flag.name}: there is nothing in it.")
    return refused(flag, "not enough args")


def _choice(flag: Flag, text: str) -> str:
    """Either case is taken; the result is spelled as listed."""
    for choice in flag.choices:
        if choice.lower() in (text.lower().replace("_", "-"), text.lower()):
            return choice
    names = {choice.lower(): choice for choice in flag.choices}
    close = difflib.get_close_matches(text.lower(), names, n=1)
    if close:
        guess = names[close[0]]
        words = f"Invalid choice: '{text}'. Did you mean '{guess}'?"
        raise refused(flag, words, f"--{flag.name}={guess}")
    valid = ", ".join(flag.choices)
    raise refused(flag, f"Invalid choice: '{text}'. Valid choices are [{valid}].")


def _duration(flag: Flag, text: str) -> int:
    """Whole seconds."""
    seconds = float(text) if re.fullmatch(r"\+?\d+", text, re.ASCII) else read_period(text)
    if seconds is None and (not text or re.fullmatch(r"[\d.]+[mun]s", text, re.IGNORECASE)):
        seconds = 0.5
    if seconds is None:
        raise refused(flag, f"Failed to parse duration: {_why_no_duration(text)}")
    if seconds < flag.least:
        least = f"{flag.least}s" if flag.least else "0"
        received = f"; received: {text}" if text else "; received empty string"
        raise refused(flag, f"value must be greater than or equal to {least}{received}")
    if seconds != int(seconds) or seconds > 10**10:
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a number of whole seconds.")
    return int(seconds)


def _why_no_duration(text: str) -> str:
    odd = re.search(r"[^0-9.,ptywdhms+-]", text.lower())
    if odd:
        return f"Unknown character '{odd[0].upper()}' in duration"
    unit = re.match(r"[-+]?p?t?([a-z].*)", text.lower())
    if unit:
        return f"Duration unit '{unit[1]}' must be preceded by a number"
    return "Duration must end with time part character"


def _gigabytes(flag: Flag, text: str) -> int:
    size = _SIZE.fullmatch(text)
    if size is None:
        words = "given value must be of the form DECIMAL[UNITS] where units can be one of GB"
        raise refused(flag, f"{words} and value must be a whole number of Bytes; received: {text}")
    unit = size[2].upper().removesuffix("IB").removesuffix("B") or size[2].upper()
    if unit not in _POWERS:
        known = "B, KB, KiB, MB, MiB, GB, GiB, TB, TiB, PB, PiB"
        raise refused(flag, f"unit must be one of {known}; received: {unit}")
    gigabytes = float(size[1]) * 1024.0 ** (_POWERS[unit] - 3)
    if gigabytes != int(gigabytes) or gigabytes > 10**7:
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a number of whole gigabytes.")
    return int(gigabytes)
