"""The formats `flattened` (also `text`), one field a line, and `list`, one resource an item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runbook.commands.language.transform_numbers import number_text
from runbook.document.definition import Json

Attributes = Mapping[str, str | int | float]
_ENTITIES = {"\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


def to_flattened(
    resources: Sequence[Json],
    attributes: Attributes,
    labels: Mapping[str, str],
    *,
    is_single: bool,
) -> str:
    """`key:  value`, values below each other; resources of a list start with `---`."""
    start = "" if is_single else "---\n"
    return "".join(start + _one(resource, attributes, labels) for resource in resources)


def _one(resource: Json, attributes: Attributes, labels: Mapping[str, str]) -> str:
    pairs = [
        (labels[name].lower() if name in labels else name, text) for name, text in _flat(resource)
    ]
    separator = str(attributes.get("separator", ": "))
    width = 0 if "no-pad" in attributes else max((len(name) for name, _text in pairs), default=0)
    return "".join(
        f"{name}{separator}{' ' * (width - len(name))}{_visible(text)}\n" for name, text in pairs
    )


def _flat(value: Json, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _flat(item, f"{name}[{at}]")
    elif isinstance(value, dict) and value:
        for key, item in sorted(value.items()):
            yield from _flat(item, f"{name}.{key}" if name else key)
    else:
        yield name, str(number_text(value) if isinstance(value, float) else value)


def _visible(text: str) -> str:
    """One line, in quotes where spaces at its ends would be lost."""
    if "\n" in text or text[:1].isspace() or text[-1:].isspace():
        return '"' + "".join(_ENTITIES.get(char, char) for char in text) + '"'
    return text


def to_list(records: Sequence[Json], attributes: Attributes) -> str:
    """` - ` before the first field of a resource, the others below it."""
    between = " " if "compact" in attributes else "\n   "
    lines = [f" - {between.join(_fields(record))}\n" for record in records]
    title = attributes.get("title")
    if title is not None and (lines or "always-display-title" in attributes):
        lines.insert(0, f"{title}\n")
    return "".join(lines)


def _fields(record: Json) -> list[str]:
    if isinstance(record, dict):
        return [f"{name}: {item}" for name, item in sorted(record.items()) if item is not None]
    if isinstance(record, list):
        return [str(item) for item in record if item is not None]
    return [str(record or "")]
