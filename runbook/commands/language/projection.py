"""Which fields of a resource a format shows, and how: a tree of names beside a list of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from runbook.commands.language.keys import Key
from runbook.commands.language.transforms import Transform
from runbook.document.definition import Json


class Depth(IntEnum):
    """How much of a field is shown: nothing by itself, something inside of it, all of it."""

    NOTHING = 0
    INNER = 1
    WHOLE = 2


@dataclass(slots=True)
class Setting:
    """What a format says of one key. None is "not said"; `order` is the place in sorting."""

    depth: Depth = Depth.WHOLE
    label: str | None = None
    align: str = "left"
    order: int | None = None
    reverse: bool | None = None
    optional: bool | None = None
    wrap: bool | int | None = None
    width: int | None = None
    subformat: str = ""
    transform: Transform | None = None
    is_hidden: bool = False
    keeps_order: bool = False

    def take_over(self, other: Setting) -> None:
        """What `other` says goes before what was said."""
        self.order = self.order if other.order is None else other.order
        self.label = self.label if other.label is None else other.label
        self.align = self.align if other.align == "left" else other.align
        self.reverse = self.reverse if other.reverse is None else other.reverse
        self.optional = self.optional if other.optional is None else other.optional
        self.wrap = self.wrap if other.wrap is None else other.wrap
        self.width = self.width if other.width is None else other.width
        self.subformat = other.subformat or self.subformat
        self.transform = other.transform or self.transform


@dataclass(slots=True)
class Node:
    setting: Setting = field(default_factory=lambda: Setting(Depth.NOTHING))
    children: dict[str | int | None, Node] = field(default_factory=dict)

    def copied(self) -> Node:
        children = {name: child.copied() for name, child in self.children.items()}
        return Node(replace(self.setting), children)

    def forget(self) -> None:
        """From now on this gives defaults only."""
        self.setting.depth = Depth.NOTHING
        for child in self.children.values():
            child.forget()


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a format."""

    key: Key
    setting: Setting

    @property
    def label(self) -> str:
        return self.setting.label or ""


@dataclass(frozen=True, slots=True)
class Projector:
    """Cuts a resource down to the tree and keeps its shape, as `yaml(a.b)` and `json(a.b)` do.

    `active` is the format whose functions apply, `applies` overrules that for all of them.
    """

    root: Node
    has_columns: bool
    active: int = 0
    applies: bool | None = None
    keeps_null: bool = True

    def project(self, value: Json) -> Json:
        return self._project(value, self.root, Depth.NOTHING if self.has_columns else Depth.WHOLE)

    def _project(self, value: Json, node: Node, depth: Depth) -> Json:
        transform = self._transform(node)
        if isinstance(value, dict | list):
            if transform is not None:
                return transform.apply(value)
            if depth is not Depth.WHOLE and not node.children:
                return value
            if isinstance(value, dict):
                return self._object(value, node, depth)
            return self._list(value, node, depth)
        if depth is not Depth.WHOLE:
            return None
        return value if transform is None else transform.apply(value)

    def _transform(self, node: Node) -> Transform | None:
        transform = node.setting.transform
        if transform is None or self.applies is False:
            return None
        return transform if self.applies or transform.active in (None, self.active) else None

    def _object(self, value: dict[str, Json], node: Node, depth: Depth) -> Json:
        kept: dict[str, Json] = {}
        for name, item in value.items():
            child = node.children.get(name)
            below = depth if child is None else max(depth, child.setting.depth)
            if child is None:
                found = None if depth is not Depth.WHOLE else self._project(item, _WHOLE, depth)
            elif below is Depth.NOTHING:
                continue
            else:
                found = self._project(item, child, below)
            if found is not None or self._shows_null(below):
                kept[name] = found
        return value if not value else kept or None

    def _shows_null(self, depth: Depth) -> bool:
        """A field that was asked for is shown even where it holds null."""
        return depth is Depth.WHOLE if self.has_columns else self.keeps_null

    def _list(self, value: list[Json], node: Node, depth: Depth) -> Json:
        """Trailing items of which nothing is left are cut; those between stay as null."""
        every = node.children.get(None)
        if every is not None and depth is not Depth.WHOLE and not every.setting.depth:
            every = None
        if every is None and depth is Depth.WHOLE:
            every = _WHOLE
        named = _indexes(node, len(value))
        if not value or (every is None and not named):
            return None if value else []
        kept: list[Json] = [None] * len(value)
        for at in range(len(value)) if every else named:
            kept[at] = self._item(value[at], node.children.get(at), every, depth)
        if all(item is None for item in kept):
            return None
        last = len(value) if every else max(at % len(value) for at in named) + 1
        while every and kept[last - 1] is None:
            last -= 1
        return kept[:last]

    def _item(self, item: Json, child: Node | None, every: Node | None, depth: Depth) -> Json:
        chosen = child or every
        if item is None or chosen is None:
            return None
        below = max(depth, chosen.setting.depth, every.setting.depth if every else Depth.NOTHING)
        return None if below is Depth.NOTHING else self._project(item, chosen, below)


def _indexes(node: Node, length: int) -> list[int]:
    """The numbers among the node's names that a list of this length has."""
    return [at for at in node.children if isinstance(at, int) and -length <= at < length]


_WHOLE = Node(Setting(Depth.WHOLE))
_EVERYTHING = Projector(_WHOLE, has_columns=False)
_WITHOUT_NULL = Projector(_WHOLE, has_columns=False, keeps_null=False)


def serialized(value: Json, *, keeps_null: bool = True) -> Json:
    """A resource as a whole: lists lose what is null at their end."""
    return (_EVERYTHING if keeps_null else _WITHOUT_NULL).project(value)


def order_of(columns: Sequence[Column]) -> list[tuple[int, bool]]:
    """Indexes of the columns that order the rows, first the most important; True is backwards."""
    ordered = [
        (column.setting.order or 1 << 62, at, bool(column.setting.reverse))
        for at, column in enumerate(columns)
        if column.setting.order or column.setting.reverse
    ]
    return [(at, is_reverse) for _order, at, is_reverse in sorted(ordered)]
