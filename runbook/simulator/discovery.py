"""What Google's published API descriptions say of request bodies.

They lie in google-api-python-client, which is never imported here. A description is read when the
first body for its API arrives; only the schemas that our own routes take are kept of it.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runbook.simulator.catalogue import routes

Schema = dict[str, Any]  # Any: JSON schema as Google writes it, without its prose

_BY_PREFIX = {
    "/compute/v1/": ("compute.v1",),
    "/sql/v1beta4/": ("sqladmin.v1beta4",),
    "/apis/": ("run.v1",),
    "/v1/": ("vpcaccess.v1", "sqladmin.v1", "secretmanager.v1", "certificatemanager.v1", "run.v1"),
    "/v2/": ("logging.v2",),
    "/v3/": ("monitoring.v3",),
}
_PARAMETER = re.compile(r"\{\+?\w+\}")
_PROSE = ("description", "enumDescriptions", "scopes")


@dataclass(frozen=True, slots=True)
class Description:
    """The bodies that one API takes: schema names by method and path, and those schemas."""

    requests: dict[tuple[str, str], str]
    schemas: dict[str, Schema]


def schema_of(method: str, pattern: str) -> tuple[str, Description] | None:
    """The name of the schema of a route's body and where to find it; None when not described."""
    asked = (method, _bare(pattern))
    for api in _apis(pattern):
        description = _description(api)
        if asked in description.requests:
            return description.requests[asked], description
    return None


def _apis(pattern: str) -> tuple[str, ...]:
    for prefix, apis in _BY_PREFIX.items():
        if pattern.startswith(prefix):
            return apis
    return ()


@functools.cache
def _description(api: str) -> Description:
    told = json.loads(_path(api).read_text(), object_hook=_without_prose)
    served = {(route.method, _bare(route.pattern)) for route in routes()}
    base = f"/{told['servicePath']}"
    requests = {
        asked: method["request"]["$ref"]
        for method in _methods(told)
        if "request" in method
        and (
            asked := (
                method["httpMethod"],
                _bare(base + str(method.get("flatPath", method["path"]))),
            )
        )
        in served
    }
    return Description(requests, _reachable(told["schemas"], set(requests.values())))


def _path(api: str) -> Path:
    found = importlib.util.find_spec("googleapiclient")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The simulator needs google-api-python-client's documents.")
    return Path(found.origin).parent / "discovery_cache" / "documents" / f"{api}.json"


def _without_prose(value: Schema) -> Schema:
    """Drops what is written for people, so that a large description stays small in memory.

    A field that happens to be called so is an object and stays.
    """
    for word in _PROSE:
        if isinstance(value.get(word), str | list):
            del value[word]
    return value


def _bare(path: str) -> str:
    return _PARAMETER.sub("{}", path)


def _methods(told: Schema) -> Iterator[Schema]:
    yield from told.get("methods", {}).values()
    for inner in told.get("resources", {}).values():
        yield from _methods(inner)


def _reachable(schemas: dict[str, Schema], wanted: set[str]) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    left = list(wanted)
    while left:
        name = left.pop()
        if name not in found:
            found[name] = schemas[name]
            left += _references(schemas[name])
    return found


def _references(schema: Any) -> list[str]:  # noqa: ANN401 - any part of a schema
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for inner in schema.values() for name in _references(inner)]
