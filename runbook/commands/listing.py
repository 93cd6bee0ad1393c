"""What of a list is shown: --flatten, --filter, --sort-by and --limit, in gcloud's order."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias, TypeVar

from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.filter import parse_filter
from runbook.commands.language.keys import Key, get, parse_key
from runbook.document.definition import Json

Item = TypeVar("Item")
Seen: TypeAlias = Callable[[Json], Json]
Pair: TypeAlias = "tuple[Json, Json]"
Cut: TypeAlias = Literal["at the end", "before all", "before sorting"]
"""When `--limit` takes effect: where gcloud lets Google count, what is left is sorted and, where
Google does not filter either, filtered."""


def chosen(
    found: Sequence[Json],
    arguments: Arguments,
    seen: Seen | None = None,
    cut: Cut = "at the end",
) -> tuple[list[Json], list[str]]:
    """The resources, and gcloud's warnings for standard error.

    `seen` is what filters and sort keys find in a resource.
    """
    found = _cut(found, arguments) if cut == "before all" else found
    for name in arguments.flatten:
        for key in _slices(parse_key(name)):
            found = [item for resource in found for item in flattened(resource, key)]
    pairs = [(seen(item) if seen else item, item) for item in found]
    pairs, notes = _filtered(pairs, arguments)
    pairs = _cut(pairs, arguments) if cut == "before sorting" else pairs
    resources = [item for _seen, item in _sorted(pairs, arguments.sort_by)]
    return _cut(resources, arguments), notes


def _cut(items: Sequence[Item], arguments: Arguments) -> list[Item]:
    return list(items[: arguments.limit] if arguments.limit else items)


def _filtered(pairs: list[Pair], arguments: Arguments) -> tuple[list[Pair], list[str]]:
    if not arguments.filter:
        return pairs, []
    wanted = parse_filter(arguments.filter, arguments.printed.aliases)
    return [pair for pair in pairs if wanted(pair[0])], wanted.notes()


def _slices(key: Key) -> Iterator[Key]:
    """The path up to each `[]` in it, or the whole path where there is none at its end."""
    names: list[str | int | None] = []
    for part in key:
        if part is None:
            yield tuple(names)
        else:
            names.append(part)
    if key and key[-1] is not None:
        yield tuple(names)


def flattened(resource: Json, key: Key) -> Iterator[Json]:
    """One copy of the resource for each item of the list at `key`, which the item replaces."""
    items = get(resource, key)
    if not isinstance(items, list):
        yield items
        return
    for item in items:
        copied = copy.deepcopy(resource)
        parent = get(copied, key[:-1])
        if isinstance(parent, dict):
            parent[str(key[-1])] = item
        yield copied


def _sorted(pairs: list[Pair], sort_by: str) -> list[Pair]:
    """Keys of one direction are compared together; all values are compared as texts."""
    for name in reversed([name for name in sort_by.split(",") if name]):
        key = parse_key(name.lstrip("~").replace("[]", "[0]"))
        is_reverse = name.startswith("~")
        pairs = sorted(pairs, key=partial(_text_at, key), reverse=is_reverse)
    return pairs


def _text_at(key: Key, pair: Pair) -> str:
    return str(get(pair[0], key))
