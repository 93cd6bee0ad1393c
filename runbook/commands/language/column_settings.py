"""What stands behind a key of a format: `:label=NAME:sort=1:reverse:align=right`."""

from __future__ import annotations

from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.language.expressions import Reader
from runbook.commands.language.projection import Setting

_ALIGNMENTS = ("left", "center", "right")
_FLAGS = ("optional", "reverse")
_FIELDS = {
    "align": "align",
    "format": "subformat",
    "label": "label",
    "optional": "optional",
    "reverse": "reverse",
    "sort": "order",
    "width": "width",
    "wrap": "wrap",
}
_TEXTS = ("format", "label")
_WIDEST = 500

Value: TypeAlias = "str | int | float | bool | None"


def read_settings(reader: Reader, setting: Setting) -> list[str]:
    """Writes into `setting` from the first colon on, which was taken; gives the aliases."""
    aliases: list[str] = []
    while True:
        name, value, here = _named(reader)
        _check(reader, name, value, here)
        if name == "alias":
            aliases.append(str(value))
        elif name in _FIELDS:
            setattr(setting, _FIELDS[name], str(value or "") if name in _TEXTS else value)
        else:
            raise reader.refuse("Unknown key attribute [{}].", here)
        if not reader.take(":"):
            return aliases


def _named(reader: Reader) -> tuple[str, Value, int]:
    name = reader.word("=:,)", space=False) or ""
    here = reader.at
    if reader.take("=", at_end_too=True):
        return name, reader.value(":,)"), here
    return name.removeprefix("no-"), not name.startswith("no-"), here


def _check(reader: Reader, name: str, value: Value, here: int) -> None:
    if name in _FLAGS and not isinstance(value, bool):
        raise reader.refuse("value not expected [{}].", here)
    if isinstance(value, bool) and name not in (*_FLAGS, "wrap"):
        raise reader.refuse("value expected [{}].", here)
    if name == "alias" and not value:
        raise reader.refuse("Cannot unset alias [{}].", here)
    if name == "align" and value not in _ALIGNMENTS:
        raise reader.refuse("Unknown alignment [{}].", here)
    _check_number(name, value)


def _check_number(name: str, value: Value) -> None:
    if name not in ("sort", "width", "wrap") or isinstance(value, bool):
        return
    if not isinstance(value, int):
        raise NotRunnable(f"gcloud crashes: {name} takes a number.", gcloud_exit=1)
    if name != "sort" and not 0 <= value <= _WIDEST:
        raise NotRunnable("A column this wide is not printed here.")
