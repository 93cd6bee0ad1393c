"""Which fields Google's resources have, from the API descriptions that Google's client carries.

The descriptions are read as files and only when a field is asked for: compute's has 4.9 MB.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runbook.commands.language.keys import Key

Schema = Mapping[str, Any]  # Any: a description in Google's own JSON

_USE_INSTEAD = re.compile(r"(?:Deprecated[^`]{0,40}|^)[Uu]se `(\w+)` instead")
_DEPRECATED = re.compile(r"(?:\[?Output Only\]?\s*)?(?:This field is )?deprecated\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """What is known of a path. `missing` is the name that the resource does not have, or "";
    `siblings` are the names that stand where it was looked for; `replaced_by` one of them."""

    missing: str = ""
    owner: str = ""
    siblings: tuple[str, ...] = ()
    is_deprecated: bool = False
    replaced_by: str = ""


def field_at(schema: str, key: Key) -> Field | None:
    """`schema` is "sqladmin.v1.DatabaseInstance"; None when nothing is known about it."""
    api, version, name = [*schema.split(".", 2), "", ""][:3]
    schemas = _schemas(api, version)
    if name not in schemas:
        return None
    return _walk(schemas, name, key)


def _walk(schemas: Mapping[str, Schema], owner: str, key: Key) -> Field:
    node: Schema = {"$ref": owner}
    found = Field()
    for part in key:
        node, owner = _resolved(schemas, node, owner)
        if node.get("type") == "array":
            node, owner = _resolved(schemas, node.get("items", {}), owner)
            if not isinstance(part, str):
                continue
        if not isinstance(part, str):
            continue
        if "additionalProperties" in node or _is_open(node):
            node = node.get("additionalProperties", {})
            continue
        properties: dict[str, Schema] = node.get("properties", {})
        name = next((name for name in _spellings(part) if name in properties), "")
        if not name:
            return Field(missing=part, owner=owner, siblings=tuple(properties))
        node = properties[name]
        found = _deprecation(node, owner, properties) or found
    return found


def _resolved(schemas: Mapping[str, Schema], node: Schema, owner: str) -> tuple[Schema, str]:
    name = node.get("$ref", "")
    return (schemas.get(name, {}), name) if name else (node, owner)


def _is_open(node: Schema) -> bool:
    """Whether nothing says what it holds."""
    return node.get("type") in (None, "any", "object") and not node.get("properties")


def _spellings(name: str) -> tuple[str, ...]:
    """gcloud finds `ssl_mode` where the resource says `sslMode`."""
    return name, camel_case(name)


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def _deprecation(node: Schema, owner: str, properties: Mapping[str, Schema]) -> Field | None:
    description = str(node.get("description", ""))[:400]
    instead = _USE_INSTEAD.match(description)
    if not (node.get("deprecated") or instead or _DEPRECATED.match(description)):
        return None
    name = camel_case(instead[1]) if instead else ""
    return Field(owner=owner, is_deprecated=True, replaced_by=name if name in properties else "")


@cache
def _schemas(api: str, version: str) -> Mapping[str, Schema]:
    file = _folder() / f"{api}.{version}.json"
    if not re.fullmatch(r"[a-z]+\.[a-z0-9]+\.json", file.name) or not file.is_file():
        return {}
    schemas: Mapping[str, Schema] = json.loads(file.read_bytes())["schemas"]
    return schemas


@cache
def _folder() -> Path:
    """Found without importing the client."""
    package = importlib.util.find_spec("googleapiclient")
    if package is None or package.origin is None:
        raise AssertionError("google-api-python-client is one of the requirements")
    return Path(package.origin).parent / "discovery_cache" / "documents"
