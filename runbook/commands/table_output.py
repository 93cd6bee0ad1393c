"""Rows of columns as gcloud prints them: aligned tables, CSV and bare values."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runbook.document.definition import Json

_BETWEEN_COLUMNS = 2


def to_table(labels: Sequence[str], rows: Sequence[Sequence[Json]], *, has_heading: bool) -> str:
    """Columns padded to their widest cell, spaces at the end of a line cut; no rows, no output."""
    if not rows:
        return ""
    cells = [[_cell(value) for value in row] for row in rows]
    lines = [list(labels), *cells] if has_heading else cells
    widths = [max(_width(line[column]) for line in lines) for column in range(len(labels))]
    return "".join(_table_line(line, widths) for line in lines)


def _table_line(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
    return (" " * _BETWEEN_COLUMNS).join(padded).rstrip() + "\n"


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def to_csv(
    labels: Sequence[str],
    rows: Sequence[Sequence[Json]],
    attributes: Mapping[str, str],
    *,
    has_heading: bool,
) -> str:
    """Comma separated with quotes where they are needed."""
    marks = _Marks.of(attributes, separator=",", has_quotes=True)
    lines = [[_joined(value, marks) for value in row] for row in rows]
    if has_heading and rows:
        lines.insert(0, [_quoted(label.lower(), marks) for label in labels])
    return "".join(marks.separator.join(line) + marks.terminator for line in lines)


def to_values(rows: Sequence[Sequence[Json]], attributes: Mapping[str, str]) -> str:
    """Tab separated, no heading, no quotes: for reading one value."""
    marks = _Marks.of(attributes, separator="\t", has_quotes=False)
    lines = [[_joined(value, marks) for value in row] for row in rows]
    return "".join(marks.separator.join(line) + marks.terminator for line in lines)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands between values, between the items of a list, and at the end of a row."""

    separator: str
    delimiter: str
    terminator: str
    has_quotes: bool

    @classmethod
    def of(cls, attributes: Mapping[str, str], *, separator: str, has_quotes: bool) -> _Marks:
        return cls(
            separator=attributes.get("separator", separator),
            delimiter=attributes.get("delimiter", ";"),
            terminator=attributes.get("terminator", "\n"),
            has_quotes=has_quotes,
        )


def _joined(value: Json, marks: _Marks) -> str:
    """One field; objects become `name=value` and lists their items, joined by the delimiter."""
    if value is None:
        return ""
    if isinstance(value, dict):
        items = [f"{name}={item}" for name, item in sorted(value.items())]
        return marks.delimiter.join(_quoted(item, marks) for item in items)
    if isinstance(value, list):
        return marks.delimiter.join(_quoted(str(item), marks) if item else "" for item in value)
    return _quoted(str(value), marks)


def _quoted(field: str, marks: _Marks) -> str:
    if not marks.has_quotes or not field:
        return field
    special = (marks.separator, marks.delimiter, marks.terminator, '"')
    if any(mark in field for mark in special) or field[0].isspace() or field[-1].isspace():
        return '"' + field.replace('"', '""') + '"'
    return field


def to_json(value: Json) -> str:
    """Keys sorted, two spaces; an empty list stays on its line."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
