"""Secrets in JSON: the values of secret names, and every text in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from runbook.redaction.labels import DONE, Label
from runbook.redaction.names import PASSWORD, kind_of, secret_kind

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_COOKIES = ("cookie", "set-cookie", "set-cookie2")
_HEADERS = (*_COOKIES, "authorization", "proxy-authorization")


def redacted_json(value: Json, text: Callable[[str], str], label: Label) -> Json:
    """`text` redacts one string for what stands in it."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(name): redacted_member(value, name, text, label) for name in value}
    if isinstance(value, list):
        return _items(value, text, label)
    return _number(value, text)


def redacted_member(
    parent: Mapping[str, Json], name: str, text: Callable[[str], str], label: Label
) -> Json:
    """The value at `name`, judged by that name and by what stands beside it."""
    value = parent[name]
    announced = _name_of_variable(parent) if name == "value" else name
    if isinstance(value, str):
        kind = "" if DONE.fullmatch(value) else secret_kind(announced, value)
        return label(kind, value) if kind else _header(name, value, text)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (
            label(PASSWORD, str(value)) if kind_of(announced) == PASSWORD else _number(value, text)
        )
    if isinstance(value, list) and (kind_of(announced) or name.lower() in _HEADERS):
        return [redacted_member({name: item}, name, text, label) for item in value]
    return redacted_json(value, text, label)


def _name_of_variable(parent: Mapping[str, Json]) -> str:
    """`{"name": "DB_PASSWORD", "value": …}`, as containers have them."""
    name = parent.get("name") or parent.get("key")
    return name if isinstance(name, str) else "value"


def _header(name: str, value: str, text: Callable[[str], str]) -> str:
    """A header's value is judged with its name in front, as it travels."""
    if name.lower() not in _HEADERS:
        return text(value)
    return text(f"{name}: {value}").removeprefix(f"{name}: ")


def _items(values: list[Json], text: Callable[[str], str], label: Label) -> list[Json]:
    """What follows `--password` in a list of arguments goes too."""
    done: list[Json] = []
    before = ""
    for value in values:
        flag, before = before, value if isinstance(value, str) else ""
        is_plain = isinstance(value, str) and not DONE.fullmatch(value)
        kind = secret_kind(flag, str(value)) if is_plain and flag.startswith("-") else ""
        done.append(label(kind, str(value)) if kind else redacted_json(value, text, label))
    return done


def _number(value: Json, text: Callable[[str], str]) -> Json:
    """A number whose digits are a known secret becomes words."""
    if value is None or isinstance(value, bool):
        return value
    shown = text(str(value))
    return value if shown == str(value) else shown
