"""Compute Engine: operations of the project, of a region or of a zone, read or waited for."""

from __future__ import annotations

from runbook.simulator import operations
from runbook.simulator.compute import PROJECT, SCOPES
from runbook.simulator.compute_filter import filtered
from runbook.simulator.compute_links import LINK
from runbook.simulator.compute_lists import scope_shown
from runbook.simulator.compute_operations import shown
from runbook.simulator.compute_scopes import path_of, scope_in, scope_of, scopes
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource


def get_operation(call: Call) -> Resource:
    return shown(call.store, _asked(call))


def list_operations(call: Call) -> Resource:
    scope = scope_of(call)
    path = path_of(call.store.place, scope, "operations")
    items = [
        shown(call.store, one)
        for one in operations.listed(call.store, "compute")
        if scope_in(one["target"]) == scope
    ]
    return {
        "kind": "compute#operationList",
        "id": path,
        "selfLink": f"{LINK}/{path}",
    } | page(call, "items", filtered(call, items))


def list_all_operations(call: Call) -> Resource:
    """Those of all scopes, the newest first in each."""
    place = call.store.place
    found = [shown(call.store, one) for one in operations.listed(call.store, "compute")]
    listed = page(call, "rows", [(scope_in(one["selfLink"]), one) for one in filtered(call, found)])
    path = path_of(place, "aggregated", "operations")
    return {
        "kind": "compute#operationAggregatedList",
        "id": path,
        "items": {
            scope: scope_shown("operations", scope, listed, [])
            for scope in scopes(place, ("global", "regions", "zones"))
        },
        "selfLink": f"{LINK}/{path}",
        **({"nextPageToken": listed["nextPageToken"]} if "nextPageToken" in listed else {}),
    }


async def wait_for_operation(call: Call) -> Resource:
    """Answers when the operation is done, or after two minutes as it then is."""
    with call.store.transaction():
        name = _asked(call)["name"]
    record = await operations.wait_until_done(call, kind="compute", name=name)
    return shown(call.store, record)


def _asked(call: Call) -> Resource:
    """The record of the operation in the path. Raises `Refusal` 404, for other scopes too."""
    name = call.params["operation"]
    scope = scope_of(call)
    record = operations.find(call.store, kind="compute", name=name)
    if record is None or scope_in(record["target"]) != scope:
        path = path_of(call.store.place, scope, "operations")
        raise Refusal(404, f"The resource '{path}/{name}' was not found")
    return record


def _routes(scope: str) -> tuple[Route, ...]:
    many = f"{PROJECT}/{scope}/operations"
    return (
        Route("GET", many, list_operations),
        Route("GET", f"{many}/{{operation}}", get_operation),
        Route("POST", f"{many}/{{operation}}/wait", waiter=wait_for_operation),
    )


PRODUCT = Product(
    routes=(
        Route("GET", f"{PROJECT}/aggregated/operations", list_all_operations),
        *(route for scope in SCOPES.values() for route in _routes(scope)),
    )
)
