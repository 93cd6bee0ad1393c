"""Reads what a format says: a name, attributes in brackets, keys with their settings.

Later formats in one text take defaults from the earlier ones, which is how gcloud joins a
command's own table and `--format`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from runbook.commands.base import NotRunnable
from runbook.commands.language.column_settings import read_settings
from runbook.commands.language.expressions import Reader
from runbook.commands.language.keys import Key
from runbook.commands.language.projection import Column, Depth, Node, Setting
from runbook.commands.language.transforms import Transform, read_transform

_HUMP = re.compile(r"((?<=[a-z0-9])[A-Z]+|(?!^)[A-Z](?=[a-z]))")
_MOST_KEYS = 200
_MOST_STEPS = 40


@dataclass(slots=True)
class Projection:
    """`attributes` are those in brackets, `headings` labels and names that stand for a path."""

    name: str = ""
    attributes: dict[str, str | int | float] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    root: Node = field(default_factory=Node)
    aliases: dict[str, Key] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    active: int = 0

    def start_again(self) -> None:
        """What was read so far is defaults."""
        self.root.forget()
        self.columns = []
        self.active += 1

    def alias(self, name: str, key: Key, setting: Setting) -> None:
        self.aliases[name] = key
        self.settings[name] = setting


def read_projection(text: str) -> Projection:
    """Raises NotRunnable, in gcloud's words where gcloud refuses it."""
    return _ProjectionReader(text).read()


class _ProjectionReader:
    def __init__(self, text: str) -> None:
        self.projection = Projection()
        self.reader = Reader(text, self.projection.aliases)
        self.taken: set[str] = set()
        self.is_for_settings = False
        self.offset = 0

    def read(self) -> Projection:
        is_name_last = False
        while self.reader.skip_space():
            if self.reader.take("("):
                is_name_last = False if not self.is_for_settings else is_name_last
                self._keys()
            elif self.reader.take("["):
                self._attributes()
            elif self.reader.take(":"):
                self.is_for_settings, self.offset = True, 0
            else:
                self._name()
                is_name_last = True
        if is_name_last:
            self.projection.start_again()
        return self.projection

    def _name(self) -> None:
        here = self.reader.at
        name = self.reader.word(":([") or ""
        if not name.isalpha():
            raise self.reader.refuse("Name expected [{}].", here)
        if self.projection.name:
            self.projection.attributes = {}
        self.projection.name = name

    def _attributes(self) -> None:
        while True:
            name = self.reader.word("=,])", space=False)
            if name:
                value = self.reader.value(",]") if self.reader.take("=") else 1
                text = (
                    value.replace("\\n", "\n").replace("\\t", "\t")
                    if isinstance(value, str)
                    else value
                )
                opposite = name[3:] if name.startswith("no-") else f"no-{name}"
                self.projection.attributes[name] = "" if text is None else text
                self.projection.attributes.pop(opposite, None)
            if self.reader.take("]"):
                return
            if not self.reader.take(","):
                raise self.reader.refuse("Expected ] in attribute list [{}].")

    def _keys(self) -> None:
        if not self.is_for_settings:
            self.projection.start_again()
        self._key_list()
        if self.is_for_settings:
            self.is_for_settings = False
            self._move_orders(self.projection.root)

    def _key_list(self) -> None:
        if self.reader.take(")"):
            return
        for _number in range(_MOST_KEYS):
            self._key()
            self.reader.skip_space()
            if self.reader.take(")"):
                return
            if not self.reader.take(","):
                raise self.reader.refuse("Expected ) in projection expression [{}].")
        raise NotRunnable("This format has too many keys.")

    def _move_orders(self, node: Node) -> None:
        """Orders of earlier formats come after those that were just said."""
        for child in node.children.values():
            if child.setting.order:
                moved = 0 if child.setting.keeps_order else self.offset
                child.setting.order += moved
                child.setting.keeps_order = False
            self._move_orders(child)

    def _key(self) -> None:
        start = self.reader.at
        key = self.reader.key()
        alias = self.reader.alias
        if len(key) > _MOST_STEPS:
            raise NotRunnable("This path is too long.")
        transform: Transform | None = None
        if self.reader.take("(", at_end_too=True):
            if not key:
                raise self.reader.refuse("Non-empty key name expected [{}].", start)
            transform = read_transform(self.reader, str(key[-1]), self.projection.active)
            key = key[:-1]
        setting = self._setting_of(alias, key)
        if transform is not None:
            earlier = setting.transform
            setting.transform = earlier.then(transform) if earlier else transform
        self.reader.skip_space()
        if self.reader.take(":", at_end_too=True):
            for alias in read_settings(self.reader, setting):
                self.projection.alias(alias, key, setting)
        if setting.label is None and not key and setting.transform:
            setting.label = self._heading(setting.transform.words)
        self._add(key, setting)

    def _setting_of(self, alias: str, key: Key) -> Setting:
        """A copy of what an alias brings along, or a new one."""
        known = self.projection.settings.get(alias) if alias else None
        if known is None or (self.is_for_settings and key):
            return Setting()
        return replace(known)

    def _add(self, key: Key, said: Setting) -> None:
        parent = self._parent_of(key)
        name = key[-1] if key else ""
        is_known = name in parent.children
        setting = self._setting_in_tree(parent, name, key, said)
        setting.take_over(said)
        if said.order is not None and self.is_for_settings:
            self.offset += 1
            setting.keeps_order = True
        if setting.label is None:
            setting.label = self._heading(key)
        self.projection.alias(setting.label, key, setting)
        if not self.is_for_settings or setting.is_hidden:
            setting.depth = Depth.WHOLE
            self.projection.columns.append(Column(key, setting))
        elif not is_known:
            setting.depth = Depth.NOTHING

    def _parent_of(self, key: Key) -> Node:
        node = self.projection.root
        for name in key[:-1]:
            if name not in node.children:
                node.children[name] = Node(Setting(Depth.INNER))
            elif node.children[name].setting.depth is not Depth.WHOLE:
                node.children[name].setting.depth = Depth.INNER
            node = node.children[name]
        return node

    def _setting_in_tree(
        self, parent: Node, name: str | int | None, key: Key, said: Setting
    ) -> Setting:
        """The setting of this key in the tree; a key that is a column already has a second one."""
        if name in parent.children:
            setting = parent.children[name].setting
            if not self.is_for_settings and any(
                column.key == key for column in self.projection.columns
            ):
                setting = replace(setting)
            if not self.is_for_settings or not setting.order:
                setting.is_hidden = False
            return setting
        if isinstance(name, int) and None in parent.children:
            parent.children[name] = parent.children[None].copied()
            return parent.children[name].setting
        if self.is_for_settings and said.order:
            said.is_hidden = True
        if key or said.transform:
            parent.children[name] = Node(said)
        return said

    def _heading(self, key: Key) -> str:
        """The last name of the path in UPPER_SNAKE, with more of the path while it is taken."""
        label = ""
        for name in reversed(key):
            if isinstance(name, str):
                snake = _HUMP.sub(r"_\1", name).upper()
                label = f"{snake}_{label}" if label else snake
                if label not in self.taken:
                    self.taken.add(label)
                    break
        return label
