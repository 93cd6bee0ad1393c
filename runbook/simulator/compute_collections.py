"""What one kind of Compute Engine resource is, and how its resources are named and seeded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from runbook.simulator.compute_links import KEY, LINK, absolute
from runbook.simulator.compute_scopes import ScopeKind, path_of, place_fields, scope_of
from runbook.simulator.routing import Call, Seed
from runbook.simulator.store import Place, Resource

_LONG_AGO = datetime(2026, 1, 12, 9, 5, 23, 611000, UTC).timestamp()
_PACIFIC = ZoneInfo("America/Los_Angeles")


def _anything(_call: Call, _before: Resource | None, _after: Resource) -> None:
    """Most collections have no rules of their own."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of resource. `name` is the collection in the path, `kind` the singular in `kind`.

    `scopes` are where its resources may live; a scenario puts one into the first unless its body
    names a `region` or a `zone`. `accept(call, before, after)` fills in what was left out of
    `after` and raises `Refusal` for what the API does not take; `before` is None on insert.
    `refers_to` are fields whose links must point at something that exists; `always` are fields
    that Google shows even where nobody set them. `aggregated` is the kind of its aggregated list,
    or "" where there is none.
    """

    name: str
    kind: str
    aggregated: str = ""
    scopes: tuple[ScopeKind, ...] = ("global",)
    has_fingerprint: bool = False
    accept: Callable[[Call, Resource | None, Resource], None] = _anything
    refers_to: tuple[str, ...] = ()
    always: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON


def key_asked(call: Call, collection: Collection) -> str:
    """The store's key of the resource that the request's path names."""
    path = path_of(call.store.place, scope_of(call), collection.name)
    return f"{KEY}/{path}/{call.params['name']}"


def frame(collection: Collection, path: str, number: int, created: float) -> Resource:
    """The fields that every resource has; `path` is the resource's, from `projects/` on."""
    return {
        **collection.always,
        "kind": f"compute#{collection.kind}",
        "id": str(number),
        "name": path.rsplit("/", 1)[1],
        "creationTimestamp": pacific(created),
        "selfLink": f"{LINK}/{path}",
    }


def pacific(at: float) -> str:
    """A time as Compute Engine writes it: in its own zone, with milliseconds."""
    return datetime.fromtimestamp(at, _PACIFIC).isoformat(timespec="milliseconds")


def seed_of(collection: Collection) -> Seed:
    """A section of a scenario lists the resources of a collection by name, as Google shows them."""

    def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
        made = {}
        for name, body in section.items():
            scope = _scope_told(collection, body, place)
            path = f"{path_of(place, scope, collection.name)}/{name}"
            made[f"{KEY}/{path}"] = _seeded(collection, path, scope, body, place)
        return made

    return seed


def _seeded(
    collection: Collection, path: str, scope: str, body: Mapping[str, Any], place: Place
) -> Resource:  # Any: YAML
    digest = hashlib.sha256(path.encode()).digest()
    resource = frame(collection, path, int.from_bytes(digest[:8]), _LONG_AGO)
    if collection.has_fingerprint:
        resource["fingerprint"] = "c2ltdWxhdGVk"
    told = {name: value for name, value in body.items() if name not in ("region", "zone")}
    return resource | absolute(told, place) | place_fields(scope, place)


def _scope_told(collection: Collection, body: Mapping[str, Any], place: Place) -> str:  # Any: YAML
    if "zone" in body:
        return f"zones/{body['zone']}"
    if "region" in body:
        return f"regions/{body['region']}"
    return {
        "global": "global",
        "regions": f"regions/{place.region}",
        "zones": f"zones/{place.region}-a",
    }[collection.scopes[0]]
