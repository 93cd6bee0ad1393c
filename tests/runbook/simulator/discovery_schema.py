"""Compares an answer with the schema in the discovery document that the client library bundles."""

import functools
import json
from pathlib import Path
from typing import Any

import googleapiclient

_FOLDER = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
_TYPES = {"string": str, "boolean": bool, "object": dict, "array": list}


@functools.cache
def document(api: str) -> Any:
    """`api` is a name with its version, such as `compute.v1`."""
    return json.loads((_FOLDER / f"{api}.json").read_text())


def misfits(api: str, schema: str, value: Any) -> list[str]:
    """Where a value is not what the schema says: unknown fields, wrong types, unknown words."""
    return _misfits(document(api)["schemas"], {"$ref": schema}, value, schema)


def _misfits(schemas: Any, wanted: Any, value: Any, where: str) -> list[str]:
    if "$ref" in wanted:
        wanted = schemas[wanted["$ref"]]
    kind = wanted.get("type", "any")
    if kind == "any":
        return []
    if not _has_type(kind, value):
        return [f"{where}: {value!r} is not a {kind}"]
    if "enum" in wanted and value not in wanted["enum"]:
        return [f"{where}: {value!r} is not one of {wanted['enum']}"]
    if wanted.get("format") in ("int64", "uint64") and not value.lstrip("-").isdecimal():
        return [f"{where}: {value!r} is not a number in a string"]
    if kind == "array":
        inner = enumerate(value)
        return [
            fault
            for index, one in inner
            for fault in _misfits(schemas, wanted["items"], one, f"{where}[{index}]")
        ]
    return _in_object(schemas, wanted, value, where) if kind == "object" else []


def _in_object(schemas: Any, wanted: Any, value: Any, where: str) -> list[str]:
    found = []
    for field, one in value.items():
        inner = wanted.get("properties", {}).get(field, wanted.get("additionalProperties"))
        if inner is None:
            found.append(f"{where}.{field}: unknown field")
        else:
            found += _misfits(schemas, inner, one, f"{where}.{field}")
    return found


def _has_type(kind: str, value: Any) -> bool:
    if kind in ("integer", "number"):
        allowed = (int,) if kind == "integer" else (int, float)
        return isinstance(value, allowed) and not isinstance(value, bool)
    return isinstance(value, _TYPES[kind])
