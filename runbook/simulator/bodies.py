"""Request bodies held against Google's published schemas, refused in Google's words.

As in Google's JSON, names may be camelCase or snake_case, 64-bit numbers may be strings, enums may
be numbers and null stands for a field left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from runbook.simulator.discovery import Description, Schema, schema_of
from runbook.simulator.errors import Refusal, Violation, shape_of
from runbook.simulator.routing import Route
from runbook.simulator.store import Resource

_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_UNDERSCORE = re.compile(r"_(\w)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_KINDS = {"boolean": "TYPE_BOOL", "string": "TYPE_STRING"}
_FORMATS = {
    "int32": "TYPE_INT32",
    "uint32": "TYPE_UINT32",
    "int64": "TYPE_INT64",
    "uint64": "TYPE_UINT64",
    "float": "TYPE_FLOAT",
    "double": "TYPE_DOUBLE",
}


def check(route: Route, body: Resource) -> None:
    """Raises `Refusal` 400 for unknown fields, wrong types and unknown words of an enum."""
    if not body:
        return
    described = schema_of(route.method, route.pattern)
    if described is None:
        return
    name, description = described
    told = {field: value for field, value in body.items() if not _names_path(name, field)}
    found = list(_violations(description, {"$ref": name}, told, _root(route.pattern, name)))
    if found:
        message = "\n".join(one.description for one in found)
        raise Refusal(400, message, violations=tuple(found))


def _names_path(schema: str, field: str) -> bool:
    """A `…Request` may repeat what its path says, as Google's own clients do."""
    return schema.endswith("Request") and field in ("name", "parent")


def _root(pattern: str, schema: str) -> str:
    """How the body as a whole is called in a refusal; a `…Request` is the message itself."""
    if shape_of(pattern) != "rpc":
        return "resource"
    return "" if schema.endswith("Request") else _snake(schema)


def _violations(
    told: Description,
    schema: Schema,
    value: Any,  # noqa: ANN401 - any JSON value
    where: str,
) -> Iterator[Violation]:
    if "$ref" in schema:
        schema = told.schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    if value is None or kind == "any":
        return
    if kind == "object":
        yield from _in_object(told, schema, value, where)
    elif kind == "array":
        yield from _in_array(told, schema, value, where)
    elif not _fits(schema, value):
        yield _wrong(where, _type_named(schema), value)


def _in_object(
    told: Description,
    schema: Schema,
    value: Any,  # noqa: ANN401 - any JSON value
    where: str,
) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield _wrong(where, "TYPE_MESSAGE", value)
        return
    fields = schema.get("properties", {})
    for name, inner in value.items():
        known = fields.get(name) or fields.get(_camel(name)) or schema.get("additionalProperties")
        if known is None:
            yield _unknown(where, name)
        else:
            yield from _violations(told, known, inner, _below(where, name))


def _in_array(
    told: Description,
    schema: Schema,
    value: Any,  # noqa: ANN401 - any JSON value
    where: str,
) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong(where, "TYPE_LIST", value)
        return
    for index, inner in enumerate(value):
        yield from _violations(told, schema["items"], inner, f"{where}[{index}]")


def _fits(schema: Schema, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    kind, form = schema["type"], schema.get("format", "")
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "number") or form in ("int64", "uint64"):
        return _is_number(value, whole=kind != "number")
    if "enum" in schema:
        return value in schema["enum"] or (isinstance(value, int) and not isinstance(value, bool))
    return isinstance(value, str)


def _is_number(value: Any, *, whole: bool) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not whole or value == int(value)


def _type_named(schema: Schema) -> str:
    if "enum" in schema:
        return "TYPE_ENUM"
    return _FORMATS.get(schema.get("format", "")) or _KINDS.get(schema["type"], "TYPE_INT32")


def _unknown(where: str, name: str) -> Violation:
    at = f" at '{where}'" if where else ""
    said = f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'
    return Violation(where, said)


def _wrong(where: str, kind: str, value: Any) -> Violation:  # noqa: ANN401 - any JSON value
    return Violation(where, f"Invalid value at '{where}' ({kind}), {json.dumps(value)}")


def _below(where: str, name: str) -> str:
    return f"{where}.{_snake(name)}" if where else _snake(name)


def _snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()


def _camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda found: found[1].upper(), name)
