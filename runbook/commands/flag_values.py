"""Flags of gcloud commands and what their texts mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from runbook.commands.base import NotRunnable

FlagKind = Literal["text", "integer", "boolean", "mapping", "list", "choice", "duration", "size"]
FlagValue: TypeAlias = "str | int | bool | tuple[str, ...] | tuple[tuple[str, str], ...]"
_DURATION = re.compile(r"(?=.)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_SIZE = re.compile(r"(\d+)(GB|GiB|TB|TiB)?")


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name`. A boolean also exists as `--no-name`; a mapping is `a=1,b=2`, a list `a,b`.

    `pattern` is what a text, or each item of a list, may look like.
    """

    name: str
    kind: FlagKind = "text"
    choices: tuple[str, ...] = ()
    pattern: str = ".*"


def value_of(flag: Flag, text: str) -> FlagValue:
    """The value of a flag from its text; a boolean's text is "true" or "false"."""
    if flag.kind == "boolean":
        return text == "true"
    if flag.kind == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise NotRunnable(f"argument --{flag.name}: invalid int value: '{text}'")
        return int(text)
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
    if not re.fullmatch(flag.pattern, text):
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a possible value.")
    return text


def _mapping(flag: Flag, text: str) -> tuple[tuple[str, str], ...]:
    if text.startswith("^"):
        raise NotRunnable(f"argument --{flag.name}: other delimiters than the comma are not read.")
    found: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise NotRunnable(
                f"argument --{flag.name}: Bad syntax for dict arg: [{part}]. "
                "Write every entry as NAME=VALUE."
            )
        found[key] = value
    return tuple(found.items())


def _list(flag: Flag, text: str) -> tuple[str, ...]:
    if text.startswith("^"):
        raise NotRunnable(f"argument --{flag.name}: other delimiters than the comma are not read.")
    items = tuple(text.split(","))
    for item in items:
        if not re.fullmatch(flag.pattern, item):
            raise NotRunnable(f"argument --{flag.name}: '{item}' is not a possible value.")
    return items


def _choice(flag: Flag, text: str) -> str:
    """gcloud takes choices in either case; the result is spelled as listed."""
    for choice in flag.choices:
        if choice.lower() == text.lower().replace("_", "-") or choice.lower() == text.lower():
            return choice
    valid = ", ".join(flag.choices)
    raise NotRunnable(
        f"argument --{flag.name}: Invalid choice: '{text}'. Valid choices are: {valid}."
    )


def _duration(flag: Flag, text: str) -> int:
    """Whole seconds."""
    parts = _DURATION.fullmatch(text)
    if parts is None:
        raise NotRunnable(f"argument --{flag.name}: Failed to parse duration: {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _gigabytes(flag: Flag, text: str) -> int:
    size = _SIZE.fullmatch(text)
    if size is None:
        raise NotRunnable(f"argument --{flag.name}: '{text}' is not a size such as 20GB.")
    return int(size[1]) * (1024 if (size[2] or "").startswith("T") else 1)
