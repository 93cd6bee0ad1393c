"""The functions of gcloud's formats that we apply to a value: `name.basename()` and a few more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook.commands.base import NotRunnable
from runbook.document.definition import Json

_CALL = re.compile(r"(?P<name>[a-z_]+)\((?P<argument>[^()]*)\)")
_NAMES = ("basename", "segment", "list", "join", "len", "size")


@dataclass(frozen=True, slots=True)
class Transform:
    """`name(argument)`."""

    name: str
    argument: str = ""

    def apply(self, value: Json) -> Json:
        if self.name in ("basename", "segment"):
            return _part(value, int(self.argument or -1))
        if self.name in ("len", "size"):
            return len(value) if isinstance(value, list | dict | str) else 0
        separator = self.argument.strip("\"'") or ("," if self.name == "list" else "/")
        return separator.join(str(item) for item in value) if isinstance(value, list) else value


def _part(value: Json, index: int) -> Json:
    """One part of a path, "" where there is none; what is empty stays as it is."""
    if not value:
        return ""
    parts = str(value).split("/")
    return parts[index] if -len(parts) <= index < len(parts) else ""


def parse_transform(text: str) -> Transform:
    call = _CALL.fullmatch(text)
    if call is None or call["name"] not in _NAMES:
        raise NotRunnable(f"The format function '{text}' is not applied here.")
    if call["name"] == "segment" and not re.fullmatch(r"-?\d+", call["argument"]):
        raise NotRunnable("segment() takes the number of a part.")
    return Transform(call["name"], call["argument"])
