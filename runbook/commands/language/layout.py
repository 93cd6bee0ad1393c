"""Lines, labels and columns, laid out as gcloud's own texts about a resource are.

A text is made of blocks. All columns within one block are aligned, those of blocks inside of it
too; a `Section` is aligned for itself. A block inside of a row stands below it, two spaces in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_STEP = 2
_MOST_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of cells, the last of which may be a block. Rows of `labels` end their first cell with
    a colon and are left out when nothing follows it."""

    rows: Sequence[Sequence[Cell]]
    are_labels: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, slots=True)
class Lines:
    """Blocks and texts one below the other. An empty text is left out, a space is an empty line."""

    parts: Sequence[Cell]

    def __bool__(self) -> bool:
        return bool(self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """Aligned for itself; a column is padded to at most `most_width`."""

    inner: Lines
    most_width: int = _MOST_WIDTH


Block: TypeAlias = "Rows | Lines | Section"
Cell: TypeAlias = "str | Rows | Lines | Section"


def labels(*rows: tuple[str, Cell]) -> Rows:
    return Rows(rows, are_labels=True)


def lines(*parts: Cell) -> Lines:
    return Lines(parts)


def section(*parts: Cell, most_width: int = _MOST_WIDTH) -> Section:
    return Section(Lines(parts), most_width)


def laid_out(block: Block) -> str:
    """The text, each line ended by a newline."""
    return "".join(f"{line}\n" for line in _printed(block, 0, _widths(block, 0, _MOST_WIDTH)))


def shows_something(block: Block) -> bool:
    """An empty line counts."""
    if isinstance(block, Section):
        return shows_something(block.inner)
    if isinstance(block, Lines):
        return any(isinstance(part, str) or shows_something(part) for part in block.parts)
    return any(not _is_left_out(row, block) for row in block.rows)


def _is_left_out(row: Sequence[Cell], block: Rows) -> bool:
    if not row:
        return True
    below = row[1] if len(row) > 1 else ""
    is_silent = not isinstance(below, str) and not shows_something(below)
    return block.are_labels and (is_silent or not any(row[1:]))


def _widths(block: Block, indent: int, most: int) -> list[int]:
    """How wide each column is; the indentation is part of the first."""
    found: list[int] = []
    if isinstance(block, Lines):
        for part in block.parts:
            if not isinstance(part, str):
                _widen(found, _widths(part, indent, most), most)
    elif isinstance(block, Rows):
        for row in block.rows:
            _widen(found, _row_widths(row, block, indent, most), most)
    return found


def _row_widths(row: Sequence[Cell], block: Rows, indent: int, most: int) -> list[int]:
    found: list[int] = []
    for index, cell in enumerate(row):
        if not isinstance(cell, str):
            _widen(found, _widths(cell, indent + _STEP, most), most)
        elif _ends_here(row, index, block):
            _widen(found, [*found[:index], 0], most)
        else:
            width = _width(cell) + block.are_labels + (indent if index == 0 else 0)
            _widen(found, [*([0] * index), width], most)
    return found


def _ends_here(row: Sequence[Cell], index: int, block: Rows) -> bool:
    rest = row[index + 1 :]
    return not rest or (block.are_labels and not any(rest)) or not isinstance(rest[0], str)


def _widen(widths: list[int], others: Sequence[int], most: int) -> None:
    widths.extend([0] * (len(others) - len(widths)))
    for index, width in enumerate(others):
        widest = max(widths[index], width)
        widths[index] = min(widest, most)


def _printed(block: Block, indent: int, widths: Sequence[int]) -> Iterator[str]:
    if isinstance(block, Section):
        own = _widths(block.inner, indent, block.most_width)
        yield from _printed(block.inner, indent, own)
    elif isinstance(block, Lines):
        for part in block.parts:
            if not isinstance(part, str):
                yield from _printed(part, indent, widths)
            elif part:
                yield " " * indent + part
    else:
        for row in block.rows:
            if not _is_left_out(row, block):
                yield from _printed_row(row, block, indent, widths)


def _printed_row(
    row: Sequence[Cell], block: Rows, indent: int, widths: Sequence[int]
) -> Iterator[str]:
    texts = [
        _padded(
            cell,
            widths[index] - (indent if index == 0 else 0),
            has_colon=block.are_labels and index < len(row) - 1,
        )
        for index, cell in enumerate(row)
        if isinstance(cell, str)
    ]
    yield " " * indent + " ".join(texts).rstrip()
    if not isinstance(row[-1], str):
        yield from _printed(row[-1], indent + _STEP, widths)


def _padded(text: str, width: int, *, has_colon: bool) -> str:
    marked = f"{text}:" if has_colon else text
    return marked + " " * (width - _width(marked))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
