"""Paths into a resource as gcloud writes them: `a.b`, `a[0].b`, `a[].b`.

The rules follow gcloud: a missing field is nothing and not an error, and a name applied to a list
of objects is applied to each of them.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.document.definition import Json

Key: TypeAlias = "tuple[str | int | None, ...]"
"""Names, list indexes, and None for a slice `[]`."""

_PART = re.compile(
    r"""(?P<dot>\.)?(?:(?P<name>[^\s:=!<>~()\[\].{},+*/%&|^\#;?"']+)
    |"(?P<quoted>[^"]*)"|\[(?P<index>-?\d*)\])""",
    re.VERBOSE,
)


def parse_key(text: str) -> Key:
    """Raises NotRunnable for text that is not a path."""
    parts: list[str | int | None] = []
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or not _joins(part, parts):
            raise NotRunnable(f"gcloud cannot read the field path '{text}'.")
        parts.append(_part_value(part))
        position = part.end()
    if not parts:
        raise NotRunnable("Non-empty key name expected.")
    return tuple(parts)


def _joins(part: re.Match[str], before: list[str | int | None]) -> bool:
    """A dot stands between names and never before an index or at the start."""
    is_index = part["index"] is not None
    if is_index:
        return not part["dot"]
    return bool(part["dot"]) == bool(before)


def _part_value(part: re.Match[str]) -> str | int | None:
    if part["index"] is not None:
        return int(part["index"]) if part["index"] else None
    return part["name"] if part["name"] is not None else part["quoted"]


def get(value: Json, key: Key) -> Json:
    """What `key` names in `value`, or None."""
    if not key or value is None:
        return value
    index, rest = key[0], key[1:]
    if isinstance(value, dict):
        return _get_in_object(value, index, rest)
    if isinstance(value, list):
        return _get_in_list(value, index, rest)
    return None


def _get_in_object(value: dict[str, Json], index: str | int | None, rest: Key) -> Json:
    if index is None:
        return [get(item, rest) for item in value.values()] if rest else value
    for name in (str(index), _camel_case(str(index)), _snake_case(str(index))):
        if name in value:
            return get(value[name], rest)
    return None


def _get_in_list(value: list[Json], index: str | int | None, rest: Key) -> Json:
    if index is None:
        return [get(item, rest) for item in value] if rest else value
    if isinstance(index, int):
        return get(value[index], rest) if -len(value) <= index < len(value) else None
    objects = [item for item in value if isinstance(item, dict)]
    if not objects or len(objects) != len(value):
        return None
    if index in objects[0]:
        return [get(item, (index, *rest)) for item in value]
    return [item[index] for item in objects if item.get(index)] or None


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def _snake_case(name: str) -> str:
    return re.sub(
        r"((?<=[a-z0-9])[A-Z]+(?=[A-Z][a-z]|$)|(?!^)[A-Z](?=[a-z]))", r"_\1", name
    ).lower()
