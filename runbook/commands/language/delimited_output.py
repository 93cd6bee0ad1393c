"""CSV and bare values as gcloud prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runbook.commands.language.transform_numbers import number_text
from runbook.document.definition import Json

Attributes = Mapping[str, str | int | float]


def to_csv(labels: Sequence[str], rows: Sequence[Sequence[Json]], attributes: Attributes) -> str:
    """Comma separated with quotes where they are needed."""
    marks = _Marks.of(attributes, separator=",", quote="" if "no-quote" in attributes else '"')
    lines = [[_joined(value, marks) for value in row] for row in rows]
    if "no-heading" not in attributes and rows and any(labels):
        lines.insert(0, [_quoted(label.lower(), marks) for label in labels])
    return "".join(marks.separator.join(line) + marks.terminator for line in lines)


def to_values(rows: Sequence[Sequence[Json]], attributes: Attributes) -> str:
    """Tab separated, no heading, no quotes: for reading one value."""
    marks = _Marks.of(attributes, separator="\t", quote='"' if attributes.get("quote") else "")
    lines = [[_joined(value, marks) for value in row] for row in rows]
    return "".join(marks.separator.join(line) + marks.terminator for line in lines)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands between values, between the items of a list, and at the end of a row."""

    separator: str
    delimiter: str
    terminator: str
    quote: str

    @classmethod
    def of(cls, attributes: Attributes, *, separator: str, quote: str) -> _Marks:
        return cls(
            separator=str(attributes.get("separator", separator)),
            delimiter=str(attributes.get("delimiter", ";")),
            terminator=str(attributes.get("terminator", "\n")),
            quote=quote,
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
    return _quoted(str(number_text(value) if isinstance(value, float) else value), marks)


def _quoted(field: str, marks: _Marks) -> str:
    if not marks.quote or not field:
        return field
    special = (marks.separator, marks.delimiter, marks.terminator, marks.quote)
    if any(mark in field for mark in special) or field[0].isspace() or field[-1].isspace():
        return marks.quote + field.replace(marks.quote, marks.quote * 2) + marks.quote
    return field
