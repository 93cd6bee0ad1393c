"""`--format`: what gcloud prints of a resource, and refusing what gcloud or we cannot read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from runbook.commands.base import NotRunnable
from runbook.commands.language.delimited_output import to_csv, to_values
from runbook.commands.language.flat_output import to_flattened, to_list
from runbook.commands.language.keys import Key, get, key_name
from runbook.commands.language.projection import Column, Node, Projector, serialized
from runbook.commands.language.projection_text import Projection, read_projection
from runbook.commands.language.table_output import Cells, Table, to_table
from runbook.commands.language.yaml_output import to_json, to_yaml
from runbook.document.definition import Json

_BY_COLUMNS = ("csv", "get", "list", "table", "value")
_NEED_COLUMNS = ("csv", "get", "table", "value")
_SILENT = ("", "disable", "none")
_TREES = ("default", "flattened", "json", "text", "yaml")
_FOREIGN = ("config", "diff", "multi", "object")
_KNOWN = (*_BY_COLUMNS, *_TREES, *_SILENT)


@dataclass(frozen=True, slots=True)
class Format:
    """A format that has been read. `aliases` are names that stand for paths in `--filter` too,
    `headings` those of them that the command's own table brought.

    `active` tells the functions of this format from those of a command's own, which JSON and YAML
    leave out.
    """

    name: str = "yaml"
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    aliases: Mapping[str, Key] = field(default_factory=dict)
    headings: Mapping[str, Key] = field(default_factory=dict)
    root: Node = field(default_factory=Node)
    active: int = 0

    @property
    def has_columns(self) -> bool:
        """Whether the keys are columns; those of JSON and YAML cut a resource down."""
        return self.name in _BY_COLUMNS

    def print_one(self, resource: Json) -> str:
        """Lines, each ended by a newline, for the result of a `describe`. Raises NotRunnable where
        a function of the format cannot be applied to this resource."""
        if not resource:
            return self._printed([])
        return self._printed([resource], is_single=True)

    def print_many(self, resources: Sequence[Json], page_size: int = 0) -> str:
        """The same for the result of a `list`. Tables are cut into pages."""
        if not page_size or self.name != "table":
            return self._printed(resources)
        pages = _pages(resources, page_size)
        return "\n".join(self._printed(page, page=number) for number, page in enumerate(pages))

    def _printed(self, resources: Sequence[Json], *, is_single: bool = False, page: int = 0) -> str:
        if self.name in _SILENT or "disable" in self.attributes:
            return ""
        if self.has_columns:
            return self._print_columns(resources, page)
        projector = self._projector()
        found = [projector.project(resource) for resource in resources]
        if self.name == "json":
            return to_json(found[0] if is_single else found)
        if self.name in ("flattened", "text"):
            labels = {key_name(column.key): column.label for column in self.columns}
            return to_flattened(found, self.attributes, labels, is_single=is_single)
        return "".join(
            to_yaml(item, self.attributes, is_one_of_many=not is_single) for item in found
        )

    def _projector(self) -> Projector:
        keeps_null = (
            self.name not in ("flattened", "text") and "no-undefined" not in self.attributes
        )
        return Projector(
            self.root,
            has_columns=bool(self.columns),
            active=self.active,
            applies=self._applies(),
            keeps_null=keeps_null,
        )

    def _applies(self) -> bool | None:
        """Whether all functions apply; None where only those of this format do."""
        if "transforms" in self.attributes:
            return True
        return False if "no-transforms" in self.attributes else None

    def _print_columns(self, resources: Sequence[Json], page: int) -> str:
        if self.name == "list" and not self.columns:
            found = [serialized(resource, keeps_null=False) for resource in resources]
            return to_list(found, self.attributes)
        rows = [self._row(resource) for resource in resources]
        visible = [at for at, column in enumerate(self.columns) if not column.setting.is_hidden]
        shown = [[row[at] for at in visible] for row in rows]
        labels = [self.columns[at].label for at in visible]
        if self.name == "table":
            nested = {at: _nested(column) for at, column in enumerate(self.columns)}
            return to_table(Table(self.columns, rows, self.attributes, nested, page))
        if self.name == "csv":
            return to_csv(labels, shown, self.attributes)
        return (to_list if self.name == "list" else to_values)(shown, self.attributes)

    def _row(self, resource: Json) -> list[Json]:
        whole = serialized(resource)
        return [self._cell(column, whole) for column in self.columns]

    def _cell(self, column: Column, whole: Json) -> Json:
        found = get(whole, column.key)
        transform = column.setting.transform
        applies = self._applies()
        is_applied = self.name != "get" if applies is None else applies
        return transform.apply(found) if transform and is_applied else found


def _nested(column: Column) -> Cells | None:
    """What prints a column that has a format of its own, below its row."""
    if not column.setting.subformat:
        return None
    inner = parse_format(column.setting.subformat)
    return lambda value: (
        inner.print_many(value) if isinstance(value, list) else inner.print_one(value)
    )


def _pages(resources: Sequence[Json], size: int) -> list[Sequence[Json]]:
    """gcloud begins to count again after the row that opened a page: later pages have one more."""
    pages, at = [resources[:size]], size
    while at < len(resources):
        pages.append(resources[at : at + size + 1])
        at += size + 1
    return pages


def parse_format(
    text: str, *, siblings: Mapping[str, str] | None = None, default: str = "", sort_by: str = ""
) -> Format:
    """Raises NotRunnable, in gcloud's words where gcloud refuses it.

    `default` is the command's own format, which gives headings, functions and names to `text`.
    `siblings` are paths with the heading that their column has; they are printed as soon as
    another field beside them is. `sort_by` is what `--sort-by` says.
    """
    beside = ",".join(f'{path}:label="{label}"' for path, label in (siblings or {}).items())
    whole = " ".join(part for part in (default, f":({beside})" if beside else "", text) if part)
    orders = ",".join(_order(name, at) for at, name in enumerate(_names(sort_by), start=1))
    read = read_projection(f"{whole}:({orders})" if orders and whole else whole)
    _check(read)
    for column in read.columns:
        if column.setting.subformat:
            parse_format(column.setting.subformat)
    return Format(
        name=read.name,
        attributes=read.attributes,
        columns=tuple(read.columns),
        aliases=read.aliases,
        headings=_headings(default),
        root=read.root,
        active=read.active,
    )


@cache
def _headings(default: str) -> Mapping[str, Key]:
    return read_projection(default).aliases


def _names(sort_by: str) -> list[str]:
    return [name for name in sort_by.split(",") if name]


def _order(name: str, at: int) -> str:
    suffix = ":reverse" if name.startswith("~") else ""
    return f"{name.lstrip('~').replace('[]', '[0]')}:sort={at}{suffix}"


def _check(read: Projection) -> None:
    if read.name in _FOREIGN:
        raise NotRunnable(f"The format '{read.name}' is not printed here.")
    if read.name not in _KNOWN:
        known = ", ".join(sorted({*_KNOWN, *_FOREIGN} - {""}))
        raise NotRunnable(f"Format must be one of {known}; received [{read.name}].", gcloud_exit=1)
    if read.name in _NEED_COLUMNS and not read.columns and "disable" not in read.attributes:
        raise NotRunnable(
            f"Format [{read.name}] requires a non-empty projection. Use key parameters to specify "
            f"a projection like so `{read.name}(foo, bar.baz)`",
            instead=f"{read.name}(name)",
            gcloud_exit=1,
        )
