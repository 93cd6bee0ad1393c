"""Paths into a resource as gcloud writes them: `a.b`, `a[0].b`, `a[].b`.

The rules follow gcloud: a missing field is nothing and not an error, and a name applied to a list
of objects is applied to each of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.language.expressions import Reader
from runbook.document.definition import Json

Key: TypeAlias = "tuple[str | int | None, ...]"
"""Names, list indexes, and None for a slice `[]`."""

_HUMP = re.compile(r"((?<=[a-z0-9])[A-Z]+(?=[A-Z][a-z]|$)|(?!^)[A-Z](?=[a-z]))")


def parse_key(text: str) -> Key:
    """Raises NotRunnable for text that is not a path."""
    reader = Reader(text, {})
    key = reader.key()
    if not reader.is_at_end():
        raise reader.refuse("Unexpected tokens [{}] in key.")
    if not key and text != ".":
        raise NotRunnable("Non-empty key name expected.", gcloud_exit=1)
    return key


def key_name(key: Key, *, quoted: bool = True) -> str:
    """The path as text."""
    parts: list[str] = []
    for part in key:
        if isinstance(part, str):
            parts.append(_quoted(part) if quoted and re.search(r"[^-@\w]", part) else part)
            continue
        index = "[]" if part is None else f"[{part}]"
        parts[-1:] = [parts[-1] + index] if parts else [index]
    return ".".join(parts) or "."


def _quoted(part: str) -> str:
    return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'


def get(value: Json, key: Key) -> Json:
    """What `key` names in `value`, or None."""
    if not key or value is None:
        return value
    if isinstance(value, dict):
        return _get_in_object(value, key[0], key[1:])
    if isinstance(value, list):
        return _get_in_list(value, key[0], key[1:])
    return _get_in_text(value, key[0], key[1:]) if isinstance(value, str) else None


def _get_in_object(value: dict[str, Json], index: str | int | None, rest: Key) -> Json:
    if index is None:
        return [get(item, rest) for item in value.values()] if rest else value
    for name in _spellings(index):
        if name in value:
            return get(value[name], rest)
    if "items" in value:
        return get(_metadata(value["items"], index, is_inner=bool(rest)), rest)
    return None


def _spellings(index: str | int) -> Sequence[str]:
    """As written, in camel case, in snake case; a number is no name of a field."""
    return (index, _camel_case(index), _snake_case(index)) if isinstance(index, str) else ()


def _metadata(items: Json, index: str | int, *, is_inner: bool) -> Json:
    """The value beside a key in a list of {key, value}; JSON in it is read for what is inside."""
    for name in _spellings(index):
        entry = _entry(items, "key", name)
        found = None if entry is None else entry.get("value")
        if is_inner and isinstance(found, str):
            found = _decoded(found)
        if found:
            return found
    return None


def _decoded(text: str) -> Json:
    try:
        decoded: Json = json.loads(text)
    except ValueError:
        return text
    return decoded


def _entry(items: Json, name: str, value: Json) -> dict[str, Json] | None:
    """The first object of a list that has `value` in the field `name`; None in a mixed list."""
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            return None
        if item.get(name) == value:
            return item
    return None


def _get_in_list(value: list[Json], index: str | int | None, rest: Key) -> Json:
    if index is None:
        return [get(item, rest) for item in value] if rest else value
    if isinstance(index, int):
        return get(value[index], rest) if -len(value) <= index < len(value) else None
    if not value or not isinstance(value[0], dict):
        return None
    if rest:
        entry = _entry(value, index, rest[0])
        if entry is not None:
            return get(entry, rest[1:])
    else:
        entry = _entry(value, "key", index)
        if entry is not None and entry.get("value") is not None:
            return entry["value"]
    if index in value[0]:
        return [get(item, (index, *rest)) for item in value]
    return [item[index] for item in value if isinstance(item, dict) and item.get(index)] or None


def _get_in_text(value: str, index: str | int | None, rest: Key) -> Json:
    if index is None:
        return [get(char, rest) for char in value] if rest else value
    is_inside = isinstance(index, int) and -len(value) <= index < len(value)
    return get(value[index], rest) if is_inside and isinstance(index, int) else None


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def _snake_case(name: str) -> str:
    return _HUMP.sub(r"_\1", name).lower()


def contains(value: Json, key: Key) -> bool:
    return get(value, key) is not None
