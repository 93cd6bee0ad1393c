"""`<name>` in a command: a place that a person fills in before it is run."""

from __future__ import annotations

import re

_BLANK = re.compile(r"<([A-Za-z][\w .-]*)>")
_QUOTED = re.compile(r"'([^'\n]*)'")
_SPECIAL = re.compile(r'["$`\\]')
_OF_ENVIRONMENT = ("PROJECT", "REGION", "ZONE")


def named(text: str) -> tuple[str, dict[str, str]]:
    """The text with `${NAME}` for each blank, and the blanks as written by that name."""
    names: dict[str, str] = {}

    def name_of(match: re.Match[str]) -> str:
        names.setdefault(match[0], _name(match[1], len(names) + 1))
        return f"${{{names[match[0]]}}}"

    with_names = _BLANK.sub(name_of, _QUOTED.sub(_open, text))
    return with_names, {name: written for written, name in names.items()}


def _open(quoted: re.Match[str]) -> str:
    """Double quotes around a blank, since names are names in them too."""
    is_same = _BLANK.search(quoted[1]) and not _SPECIAL.search(quoted[1])
    return f'"{quoted[1]}"' if is_same else quoted[0]


def _name(blank: str, number: int) -> str:
    known = blank.upper().removesuffix("_ID").removesuffix("-ID")
    return known if known in _OF_ENVIRONMENT else f"BLANK_{number}"
