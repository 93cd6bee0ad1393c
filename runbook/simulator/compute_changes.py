"""Changes of Compute Engine resources. They return operations; a repeated `requestId` returns the
operation that its first sending began.
"""

from __future__ import annotations

from runbook.simulator import operations
from runbook.simulator.compute_collections import Collection, frame, key_asked
from runbook.simulator.compute_links import KEY, absolute
from runbook.simulator.compute_operations import repeated, shown
from runbook.simulator.compute_rules import (
    check_fingerprint,
    check_name,
    check_references,
    not_found,
    refuse_if_busy,
    refuse_if_taken,
    refuse_if_used,
)
from runbook.simulator.compute_scopes import path_of, place_fields, scope_of
from runbook.simulator.merge import merged
from runbook.simulator.routing import Call, Handler
from runbook.simulator.store import Resource

SECONDS = 2.0
_FIXED = ("kind", "id", "name", "selfLink", "creationTimestamp", "region", "zone")


def existing(call: Call, collection: Collection) -> Resource:
    """The resource that the call names. Raises `Refusal` 404."""
    key = key_asked(call, collection)
    found = call.store.get(key)
    if found is None:
        raise not_found(key)
    return found


def get_from(collection: Collection) -> Handler:
    return lambda call: existing(call, collection)


def insert_into(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        scope = scope_of(call)
        path = f"{path_of(call.store.place, scope, collection.name)}/{check_name(call)}"
        key = f"{KEY}/{path}"
        refuse_if_taken(call, key)
        made = _made(call, collection, path) | place_fields(scope, call.store.place)
        check_references(call, collection.refers_to, made)
        collection.accept(call, None, made)
        return start(call, "insert", key, before=None, after=made)

    return answer


def change_of(collection: Collection, verb: str) -> Handler:
    """PATCH merges, PUT replaces; both want the current fingerprint where there is one."""

    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        before = existing(call, collection)
        if collection.has_fingerprint:
            check_fingerprint(call, before)
        body = absolute(call.body, call.store.place)
        after = merged(before, body) if verb == "patch" else {**collection.always, **body}
        return change(call, collection, verb, before, after)

    return answer


def delete_from(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        if again := repeated(call):
            return again
        before = existing(call, collection)
        key = key_asked(call, collection)
        refuse_if_busy(call, key)
        refuse_if_used(call, key, before)
        return start(call, "delete", key, before=before, after=None)

    return answer


def change(
    call: Call, collection: Collection, verb: str, before: Resource, after: Resource
) -> Resource:
    """Checks a changed resource and begins the operation that stores it."""
    key = key_asked(call, collection)
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
    """Begins the operation that stores `after`, or removes the resource when it is None."""
    record = operations.begin(
        call,
        kind="compute",
        verb=verb,
        target=key,
        seconds=SECONDS,
        before=before,
        after=after and _without_empty_lists(after),
    )
    return shown(call.store, record)


def _without_empty_lists(resource: Resource) -> Resource:
    """Google keeps no empty list, wherever a client sends one."""
    return {
        field: _without_empty_lists(value) if isinstance(value, dict) else value
        for field, value in resource.items()
        if value != []
    }


def _made(call: Call, collection: Collection, path: str) -> Resource:
    number = 10**18 + call.store.serial()
    framed = frame(collection, path, number, call.store.now())
    if collection.has_fingerprint:
        framed["fingerprint"] = call.store.fingerprint()
    told = absolute(call.body, call.store.place)
    return framed | told | {name: framed[name] for name in framed if name not in collection.always}
