"""Tables as gcloud prints them: sorted, aligned, boxed, with formats nested below their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from runbook.commands.language.display_width import first_line, justified, width_of
from runbook.commands.language.projection import Column, order_of
from runbook.commands.language.table_box import Box, boxed_title, rules
from runbook.commands.language.table_widths import Room, column_widths
from runbook.commands.language.transform_numbers import number_text
from runbook.document.definition import Json

Cells: TypeAlias = Callable[[Json], str]
_TERMINAL = 80
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` have a value for each column, hidden ones too. `nested` prints the columns that have a
    format of their own, by index. `page` counts from 0."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Json]]
    attributes: Mapping[str, str | int | float]
    nested: Mapping[int, Cells | None]
    page: int = 0

    @property
    def visible(self) -> list[int]:
        return [
            at
            for at, column in enumerate(self.columns)
            if not column.setting.is_hidden and not self.nested.get(at)
        ]

    @property
    def box(self) -> Box | None:
        if not {"box", "all-box"} & set(self.attributes):
            return None
        return Box(is_ascii="ascii" in self.attributes)

    @property
    def pad(self) -> int:
        return 1 if self.box else self._number("pad", 2)

    @property
    def room(self) -> Room:
        width, margin = self._number("width", _TERMINAL), self._number("margin", 0)
        return Room(self.pad, has_box=self.box is not None, width=width, margin=margin)

    def _number(self, name: str, default: int) -> int:
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) and abs(value) <= _WIDEST else default


def to_table(table: Table) -> str:
    """Spaces at the end of a line are cut; no rows, no output."""
    if not table.rows:
        return ""
    if not table.visible:
        return _only_nested(table)
    rows = _sorted(table)
    cells = [[_text(row[at]) for at in table.visible] for row in rows]
    shown = _with_data(table, cells)
    columns = [table.columns[table.visible[at]] for at in shown]
    cells = [[row[at] for at in shown] for row in cells]
    if not columns:
        return ""
    heading = _heading(table, shown)
    widths = column_widths(columns, [*cells, *([heading] if heading else [])], table.room)
    below = ["".join(_below(table, row)) for row in rows]
    return _drawn(table, columns, widths, heading, list(zip(cells, below, strict=True)))


def _only_nested(table: Table) -> str:
    """Without columns of its own a table is what its nested formats print of all rows."""
    found = ""
    for at, printer in table.nested.items():
        if printer is None:
            continue
        items: list[Json] = []
        for row in table.rows:
            value = row[at]
            items += value if isinstance(value, list) else [value] if value else []
        found += printer(items) if items else ""
    return found


def _text(value: Json) -> str:
    if value is None:
        return ""
    return str(number_text(value) if isinstance(value, float) else value)


def _sorted(table: Table) -> list[Sequence[Json]]:
    """Columns with the same direction are sorted together, so that equal rows keep their order."""
    rows = list(table.rows)
    for at, is_reverse in reversed(order_of(table.columns)):
        rows = sorted(reversed(rows) if is_reverse else rows, key=partial(_row_key, at))
        rows = rows[::-1] if is_reverse else rows
    return rows


def _row_key(at: int, row: Sequence[Json]) -> tuple[float, str]:
    """Numbers by value and before everything else, the rest by its text."""
    value = row[at]
    number = float(value) if isinstance(value, int | float) else float("inf")
    return number, _text(value)


def _with_data(table: Table, cells: Sequence[Sequence[str]]) -> list[int]:
    """The columns but those that are optional and empty in every row."""
    return [
        at
        for at, index in enumerate(table.visible)
        if not table.columns[index].setting.optional or any(width_of(row[at]) for row in cells)
    ]


def _heading(table: Table, shown: Sequence[int]) -> list[str]:
    """[] where there is none. Beside nested formats gcloud counts wrongly; so do we."""
    labels = [table.columns[at].label for at in table.visible]
    if "no-heading" in table.attributes or not any(column.label for column in table.columns):
        return []
    if len(table.visible) != len(table.columns):
        wanted = [at for at in range(len(table.columns)) if not table.nested.get(at)]
        labels = [labels[at] for at in wanted if at < len(labels)]
    return [labels[at] for at in shown if at < len(labels)]


def _below(table: Table, row: Sequence[Json]) -> list[str]:
    """The nested formats of one row, indented."""
    found: list[str] = []
    for at, printer in table.nested.items():
        if printer is not None:
            lines = printer(row[at]).split("\n")[:-1]
            found += [f"    {line}\n" for line in lines]
    return found


def _drawn(
    table: Table,
    columns: Sequence[Column],
    widths: list[int],
    heading: Sequence[str],
    rows: Sequence[tuple[list[str], str]],
) -> str:
    box = table.box
    aligns = [column.setting.align for column in columns]
    title = str(table.attributes["title"]) if "title" in table.attributes and not table.page else ""
    text = ""
    if title:
        is_wrapped = any(column.setting.wrap for column in columns)
        text, widths = _titled(title, widths, table, is_wrapped=is_wrapped)
    if box is None:
        lines = [*([(list(heading), "")] if heading else []), *rows]
        return text + "".join(
            _lines(cells, widths, aligns, table.pad) + low for cells, low in lines
        )
    top, middle, bottom = rules(box, widths, has_title=bool(title))
    text += top
    if heading:
        centered = (label.center(width) for label, width in zip(heading, widths, strict=False))
        text += f" {box.v} ".join(["", *centered, ""]).strip() + "\n" + middle
    between = top if _has_nested(table) else middle if "all-box" in table.attributes else ""
    for number, (cells, low) in enumerate(rows):
        text += between if number else ""
        text += _boxed(cells, widths, aligns, box) + (
            bottom + low if low or _has_nested(table) else ""
        )
    return text + ("" if _has_nested(table) else bottom)


def _has_nested(table: Table) -> bool:
    return any(table.nested.values())


def _titled(
    title: str, widths: list[int], table: Table, *, is_wrapped: bool
) -> tuple[str, list[int]]:
    """The title in the middle; columns grow where it is wider than they are."""
    if sum(widths) < width_of(title) and not is_wrapped:
        more = (width_of(title) + len(widths) - 1) // len(widths)
        widths = [width + more for width in widths]
    if table.box:
        return boxed_title(title, widths, table.box), widths
    whole = sum(widths) + table.pad * (len(widths) - 1)
    return justified(title, whole, "center").rstrip() + "\n", widths


def _lines(cells: list[str], widths: Sequence[int], aligns: Sequence[str], pad: int) -> str:
    text = ""
    for parts in _physical(cells, widths):
        padded = [
            justified(part, width, align)
            for part, width, align in zip(parts, widths, aligns, strict=False)
        ]
        text += (" " * pad).join(padded).rstrip() + "\n"
    return text


def _boxed(cells: list[str], widths: Sequence[int], aligns: Sequence[str], box: Box) -> str:
    text = ""
    for parts in _physical(cells, widths):
        padded = [
            f"{box.v} {justified(part, width, align)} "
            for part, width, align in zip(parts, widths, aligns, strict=False)
        ]
        text += "".join(padded) + box.v + "\n"
    return text


def _physical(cells: list[str], widths: Sequence[int]) -> list[list[str]]:
    """The lines that one row takes up, a cell being continued below where it is too wide."""
    lines: list[list[str]] = []
    rest = list(cells)
    is_done = False
    while not is_done:
        is_done = True
        line: list[str] = []
        for at, text in enumerate(rest):
            part, rest[at] = text, " "
            if width_of(text) > widths[at] or "\n" in text:
                part, rest[at] = first_line(text, widths[at])
                is_done = is_done and not rest[at]
            line.append(part)
        lines.append(line)
    return lines
