"""What all Compute Engine collections have in common: reading, changing, links and operations.

A collection is described by a `Collection` in its own file under `products/`; `routes_of` and
`seed_of` make it answer. Changes return operations; a repeated `requestId` returns the first one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runbook.simulator import operations
from runbook.simulator.compute_links import KEY, LINK, absolute
from runbook.simulator.compute_operations import repeated, shown
from runbook.simulator.compute_rules import (
    check_fingerprint,
    check_name,
    check_references,
    not_found,
    refuse_filter,
    refuse_if_busy,
    refuse_if_taken,
    refuse_if_used,
)
from runbook.simulator.merge import merged
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Handler, Route, Seed
from runbook.simulator.store import Place, Resource

SECONDS = 2.0
_LONG_AGO = "2026-01-12T01:05:23.611-08:00"
_FIXED = ("kind", "id", "name", "selfLink", "creationTimestamp", "region")


def _anything(_call: Call, _before: Resource | None, _after: Resource) -> None:
    """Most collections have no rules of their own."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of resource. `name` is the collection in the path, `kind` the singular in `kind`.

    `accept(call, before, after)` fills in what was left out of `after` and raises `Refusal` for
    what the API does not take; `before` is None on insert. `refers_to` are fields whose links must
    point at something that exists.
    """

    name: str
    kind: str
    aggregated: str = ""
    is_regional: bool = False
    has_fingerprint: bool = False
    accept: Callable[[Call, Resource | None, Resource], None] = _anything
    refers_to: tuple[str, ...] = ()


def routes_of(collection: Collection, *, writable: bool = True) -> tuple[Route, ...]:
    scope = "regions/{region}" if collection.is_regional else "global"
    many = f"/compute/v1/projects/{{project}}/{scope}/{collection.name}"
    one = f"{many}/{{name}}"
    routes = [Route("GET", many, _list(collection)), Route("GET", one, _get(collection))]
    if collection.aggregated:
        path = f"/compute/v1/projects/{{project}}/aggregated/{collection.name}"
        routes.append(Route("GET", path, _aggregated(collection)))
    if not collection.is_regional:
        path = f"/compute/v1/projects/{{project}}/regions/{{region}}/{collection.name}/{{name}}"
        routes.append(Route("GET", path, _in_a_region(collection)))
    if writable:
        routes += [
            Route("POST", many, _insert(collection)),
            Route("PATCH", one, _change(collection, "patch")),
            Route("PUT", one, _change(collection, "update")),
            Route("DELETE", one, _delete(collection)),
        ]
    return tuple(routes)


def seed_of(collection: Collection) -> Seed:
    """A section of a scenario lists the resources of a collection by name, as Google shows them."""

    def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
        path = f"projects/{place.project}/{_scope(collection, place)}/{collection.name}"
        made = {}
        for name, body in section.items():
            digest = hashlib.sha256(f"{path}/{name}".encode()).digest()
            resource = _frame(collection, f"{path}/{name}", int.from_bytes(digest[:8]), _LONG_AGO)
            if collection.is_regional:
                resource["region"] = f"{LINK}/projects/{place.project}/regions/{place.region}"
            if collection.has_fingerprint:
                resource["fingerprint"] = "c2ltdWxhdGVk"
            made[f"{KEY}/{path}/{name}"] = resource | absolute(dict(body), place)
        return made

    return seed


def existing(call: Call, collection: Collection) -> Resource:
    """The resource that the call names. Raises `Refusal` 404."""
    key = _key(call, collection)
    found = call.store.get(key)
    if found is None:
        raise not_found(key)
    return found


def change(
    call: Call, collection: Collection, verb: str, before: Resource, after: Resource
) -> Resource:
    """Checks a changed resource and begins the operation that stores it."""
    key = _key(call, collection)
    refuse_if_busy(call, key)
    after = after | {field: before[field] for field in _FIXED if field in before}
    if collection.has_fingerprint:
        after["fingerprint"] = call.store.fingerprint()
    check_references(call, collection.refers_to, after)
    collection.accept(call, before, after)
    return start(call, verb, key, before=before, after=after)


def start(
    call: Call, verb: str, key: str, *, before: Resource | None, after: Resource | None
) -> Resource:
    record = operations.begin(
        call, kind="compute", verb=verb, target=key, seconds=SECONDS, before=before, after=after
    )
    return shown(call.store, record)


def _get(collection: Collection) -> Handler:
    return lambda call: existing(call, collection)


def _in_a_region(collection: Collection) -> Handler:
    """The regional sibling of a global collection: known, and empty."""

    def answer(call: Call) -> Resource:
        scope = f"projects/{call.store.place.project}/regions/{call.params['region']}"
        raise not_found(f"{scope}/{collection.name}/{call.params['name']}")

    return answer


def _list(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        refuse_filter(call)
        path = f"projects/{call.store.place.project}/{_scope_asked(call, collection)}"
        items = call.store.under(f"{KEY}/{path}/{collection.name}")
        return {
            "kind": f"compute#{collection.kind}List",
            "id": f"{path}/{collection.name}",
            "selfLink": f"{LINK}/{path}/{collection.name}",
        } | page(call, "items", items)

    return answer


def _aggregated(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        refuse_filter(call)
        place = call.store.place
        scope = _scope(collection, place)
        items = call.store.under(f"{KEY}/projects/{place.project}/{scope}/{collection.name}")
        listed = page(call, collection.name, items)
        token = {"nextPageToken": listed.pop("nextPageToken")} if "nextPageToken" in listed else {}
        path = f"projects/{place.project}/aggregated/{collection.name}"
        return {
            "kind": f"compute#{collection.aggregated}",
            "id": path,
            "selfLink": f"{LINK}/{path}",
            "items": {scope: listed} if listed else {},
        } | token

    return answer


def _insert(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        name = check_name(call)
        path = f"projects/{call.store.place.project}/global/{collection.name}/{name}"
        key = f"{KEY}/{path}"
        refuse_if_taken(call, key)
        number = 10**18 + call.store.serial()
        made = _frame(collection, path, number, call.store.time())
        made = absolute(call.body, call.store.place) | made
        if collection.has_fingerprint:
            made["fingerprint"] = call.store.fingerprint()
        check_references(call, collection.refers_to, made)
        collection.accept(call, None, made)
        return start(call, "insert", key, before=None, after=made)

    return answer


def _change(collection: Collection, verb: str) -> Handler:
    """PATCH merges, PUT replaces; both want the current fingerprint where there is one."""

    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        before = existing(call, collection)
        if collection.has_fingerprint:
            check_fingerprint(call, before)
        body = absolute(call.body, call.store.place)
        after = merged(before, body) if verb == "patch" else body
        return change(call, collection, verb, before, after)

    return answer


def _delete(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        before = existing(call, collection)
        key = _key(call, collection)
        refuse_if_busy(call, key)
        refuse_if_used(call, key, before)
        return start(call, "delete", key, before=before, after=None)

    return answer


def _frame(collection: Collection, path: str, number: int, created: str) -> Resource:
    return {
        "kind": f"compute#{collection.kind}",
        "id": str(number),
        "name": path.rsplit("/", 1)[1],
        "creationTimestamp": created,
        "selfLink": f"{LINK}/{path}",
    }


def _scope(collection: Collection, place: Place) -> str:
    return f"regions/{place.region}" if collection.is_regional else "global"


def _scope_asked(call: Call, collection: Collection) -> str:
    return f"regions/{call.params['region']}" if collection.is_regional else "global"


def _key(call: Call, collection: Collection) -> str:
    path = f"projects/{call.store.place.project}/{_scope_asked(call, collection)}"
    return f"{KEY}/{path}/{collection.name}/{call.params['name']}"
