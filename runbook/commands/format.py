"""`--format`: what gcloud prints of a resource, and refusing what gcloud or we cannot read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from runbook.commands.base import NotRunnable
from runbook.commands.keys import Key, get, parse_key
from runbook.commands.projection import project
from runbook.commands.table_output import to_csv, to_json, to_table, to_values
from runbook.commands.transforms import Transform, parse_transform
from runbook.commands.yaml_output import to_yaml
from runbook.document.definition import Json

_NAMES = ("json", "yaml", "value", "table", "csv")
_BY_COLUMNS = ("value", "table", "csv")
_ATTRIBUTES = {
    "no-heading": _BY_COLUMNS,
    "separator": ("value", "csv"),
    "delimiter": ("value", "csv"),
    "terminator": ("value", "csv"),
}
_SHAPE = re.compile(
    r"\s*(?P<name>[a-z]+)(?:\[(?P<attributes>[^\]]*)\])?(?:\((?P<keys>.*)\))?\s*", re.DOTALL
)
_ARGUMENTS = re.compile(r"(?P<key>.*?)(?:\.?(?P<transform>[a-z_]+\([^()]*\)))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a format. `sort` above 0 orders the rows by this column, lowest number first."""

    key: Key
    label: str
    transform: Transform | None = None
    sort: int = 0

    def value(self, resource: Json) -> Json:
        found = get(resource, self.key)
        return found if self.transform is None else self.transform.apply(found)


@dataclass(frozen=True, slots=True)
class Format:
    """A format that has been read.

    `siblings` are fields that a projection prints as soon as it prints another field beside them,
    a habit of gcloud's for labels.
    """

    name: str = "yaml"
    attributes: dict[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    siblings: tuple[Key, ...] = ()

    @property
    def has_columns(self) -> bool:
        """Whether the keys are columns; those of JSON and YAML cut a resource down."""
        return self.name in _BY_COLUMNS

    def print_one(self, resource: Json) -> str:
        """Lines, each ended by a newline, for the result of a `describe`."""
        if self.name in _BY_COLUMNS:
            return self._print_rows([resource])
        found = self._projected(resource)
        if self.name == "json":
            return to_json(found)
        return to_yaml(found, is_one_of_many=False)

    def print_many(self, resources: Sequence[Json]) -> str:
        """The same for the result of a `list`."""
        if self.name in _BY_COLUMNS:
            return self._print_rows(resources)
        found = [self._projected(resource) for resource in resources]
        if self.name == "json":
            return to_json(found)
        return "".join(to_yaml(item, is_one_of_many=True) for item in found)

    def _projected(self, resource: Json) -> Json:
        keys = tuple(column.key for column in self.columns)
        beside = [
            sibling
            for sibling in self.siblings
            if any(key[: len(sibling) - 1] == sibling[:-1] for key in keys)
        ]
        return project(resource, (*keys, *beside))

    def _print_rows(self, resources: Sequence[Json]) -> str:
        labels = [column.label for column in self.columns]
        rows = [[column.value(resource) for column in self.columns] for resource in resources]
        has_heading = "no-heading" not in self.attributes
        if self.name == "value":
            return to_values(rows, self.attributes)
        if self.name == "csv":
            return to_csv(labels, rows, self.attributes, has_heading=has_heading)
        return to_table(labels, self._sorted(rows), has_heading=has_heading)

    def _sorted(self, rows: list[list[Json]]) -> list[list[Json]]:
        ordered = [(column.sort, index) for index, column in enumerate(self.columns) if column.sort]
        for _order, index in sorted(ordered, reverse=True):
            rows = sorted(rows, key=partial(_row_key, index))
        return rows


def _row_key(index: int, row: Sequence[Json]) -> tuple[float, str]:
    """Numbers by value and before everything else, the rest by its text."""
    value = row[index]
    number = float(value) if isinstance(value, int | float) else float("inf")
    return number, "" if value is None else str(value)


def parse_format(text: str, *, siblings: Mapping[str, str] | None = None) -> Format:
    """Raises NotRunnable, in gcloud's words where gcloud refuses it.

    `siblings` are paths with the heading that their column has.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise NotRunnable(f"The format '{text}' cannot be read.")
    name = shape["name"]
    if name not in _NAMES:
        raise NotRunnable(
            f"The format '{name}' is not printed here; known are {', '.join(_NAMES)}."
        )
    labels = {parse_key(path): label for path, label in (siblings or {}).items()}
    columns = _parse_columns(shape["keys"] or "", labels)
    if name in _BY_COLUMNS and not columns:
        raise NotRunnable(
            f"Format [{name}] requires a non-empty projection.", instead=f"{name}(name)"
        )
    if name not in _BY_COLUMNS and any(column.transform for column in columns):
        raise NotRunnable(f"Functions in a {name} format are not applied here.")
    return Format(
        name=name,
        attributes=_parse_attributes(name, shape["attributes"] or ""),
        columns=columns,
        siblings=tuple(labels),
    )


def _parse_attributes(name: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, _split(text, ",")):
        key, _, value = part.partition("=")
        if name not in _ATTRIBUTES.get(key, ()):
            raise NotRunnable(f"The attribute '{key}' of the format '{name}' is not known here.")
        found[key] = value.strip("\"'").replace("\\n", "\n").replace("\\t", "\t")
    return found


def _parse_columns(text: str, labels: Mapping[Key, str]) -> tuple[Column, ...]:
    if not text.strip():
        return ()
    taken: set[str] = set()
    return tuple(_parse_column(part.strip(), taken, labels) for part in _split(text, ","))


def _parse_column(text: str, taken: set[str], labels: Mapping[Key, str]) -> Column:
    written, *settings = _split(text, ":")
    arguments = _ARGUMENTS.fullmatch(written)
    if arguments is None:
        raise NotRunnable(f"gcloud cannot read the field path '{written}'.")
    key = parse_key(arguments["key"])
    transform = parse_transform(arguments["transform"]) if arguments["transform"] else None
    label, sort = labels.get(key, ""), 0
    for setting in settings:
        name, _, value = setting.partition("=")
        if name == "label":
            label = value.strip("\"'")
        elif name == "sort" and value.isdigit():
            sort = int(value)
        else:
            raise NotRunnable(f"The column setting '{setting}' is not known here.")
    return Column(key, label or _heading(key, taken), transform, sort)


def _heading(key: Key, taken: set[str]) -> str:
    """The last name of the path in UPPER_SNAKE, with more of the path while it is taken."""
    label = ""
    for name in reversed(key):
        if isinstance(name, str):
            snake = re.sub(r"((?<=[a-z0-9])[A-Z]+|(?!^)[A-Z](?=[a-z]))", r"_\1", name).upper()
            label = f"{snake}_{label}" if label else snake
            if label not in taken:
                taken.add(label)
                break
    return label


def _split(text: str, mark: str) -> list[str]:
    """Split at `mark` outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        if char == mark and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += char
    if quote or depth:
        raise NotRunnable(f"The format has an open bracket or quote: '{text}'.")
    return parts
