"""Cuts a resource down to chosen fields and keeps its shape, as `yaml(a.b)` and `json(a.b)` do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from runbook.commands.keys import Key
from runbook.document.definition import Json


class _Depth(IntEnum):
    NOTHING = 0
    INNER = 1
    WHOLE = 2


@dataclass(slots=True)
class _Node:
    depth: _Depth = _Depth.NOTHING
    children: dict[str | int | None, _Node] = field(default_factory=dict)


_EVERYTHING = _Node(_Depth.WHOLE)


def project(value: Json, keys: Sequence[Key]) -> Json:
    """`value` with the fields in `keys` only; all of it when there are none.

    Named fields that are null are kept, those that are missing are not; nothing left is None.
    """
    if not keys:
        return value
    root = _Node()
    for key in keys:
        _add(root, key)
    return _project(value, root, _Depth.NOTHING)


def _add(root: _Node, key: Key) -> None:
    node = root
    for name in key[:-1]:
        node = node.children.setdefault(name, _Node())
        node.depth = max(node.depth, _Depth.INNER)
    node.children.setdefault(key[-1], _Node()).depth = _Depth.WHOLE


def _project(value: Json, node: _Node, depth: _Depth) -> Json:
    if isinstance(value, dict) and (depth is _Depth.WHOLE or node.children):
        return _project_object(value, node, depth)
    if isinstance(value, list) and (depth is _Depth.WHOLE or node.children):
        return _project_list(value, node, depth)
    return value if depth is _Depth.WHOLE else None


def _project_object(value: dict[str, Json], node: _Node, depth: _Depth) -> Json:
    if not value:
        return value
    kept: dict[str, Json] = {}
    for name, item in value.items():
        child = node.children.get(name, _EVERYTHING if depth is _Depth.WHOLE else None)
        if child is None:
            continue
        below = max(depth, child.depth)
        found = _project(item, child, below)
        if found is not None or below is _Depth.WHOLE:
            kept[name] = found
    return kept or None


def _project_list(value: list[Json], node: _Node, depth: _Depth) -> Json:
    """Trailing items of which nothing is left are cut; those between stay as null."""
    if not value:
        return []
    every = _EVERYTHING if depth is _Depth.WHOLE else node.children.get(None)
    kept: list[Json] = []
    for position, item in enumerate(value):
        child = node.children.get(position, node.children.get(position - len(value), every))
        found = None if child is None else _project(item, child, max(depth, child.depth))
        kept.append(found)
    while kept and kept[-1] is None:
        kept.pop()
    return kept or None
