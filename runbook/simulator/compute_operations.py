"""Operations as Compute Engine shows them."""

from __future__ import annotations

from runbook.simulator import operations
from runbook.simulator.compute_collections import pacific
from runbook.simulator.compute_links import LINK
from runbook.simulator.compute_scopes import place_fields, scope_in
from runbook.simulator.routing import Call
from runbook.simulator.store import Resource, Store


def shown(store: Store, record: Resource) -> Resource:
    """The record as compute#operation. int64 values are strings, as in all of Google's JSON."""
    path = record["target"].removeprefix("compute/")
    target = record["after"] or record["before"]
    place, scope = store.place, scope_in(path)
    operation: Resource = {
        "kind": "compute#operation",
        "id": str(2 * 10**18 + record["id"]),
        "name": record["name"],
        "operationType": record["verb"],
        "targetLink": f"{LINK}/{path}",
        "targetId": target["id"],
        "status": "DONE" if record["done"] else "RUNNING",
        "user": operations.USER,
        "progress": operations.progress(store, record),
        "insertTime": pacific(record["started"]),
        "startTime": pacific(record["started"]),
        "selfLink": f"{LINK}/projects/{place.project}/{scope}/operations/{record['name']}",
    } | place_fields(scope, place)
    if record["request_id"]:
        operation["clientOperationId"] = record["request_id"]
    if record["done"]:
        operation["endTime"] = pacific(record["ends"])
    if record["done"] and record["error"]:
        operation["error"] = {"errors": [{"code": "INTERNAL_ERROR", "message": record["error"]}]}
        operation["httpErrorStatusCode"] = 500
        operation["httpErrorMessage"] = "INTERNAL SERVER ERROR"
    return operation


def repeated(call: Call) -> Resource | None:
    """The operation that this request began when it was sent before, known by its `requestId`."""
    wanted = call.query.get("requestId")
    if not wanted:
        return None
    for record in operations.listed(call.store, "compute"):
        if record["request_id"] == wanted:
            return shown(call.store, record)
    return None
