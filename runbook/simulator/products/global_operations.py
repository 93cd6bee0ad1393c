"""Compute Engine: global operations, read at once or waited for."""

from __future__ import annotations

from runbook.simulator import operations
from runbook.simulator.compute_links import LINK
from runbook.simulator.compute_operations import shown
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource


def get_operation(call: Call) -> Resource:
    name = call.params["operation"]
    record = operations.find(call.store, kind="compute", name=name)
    if record is None:
        raise Refusal(404, f"The resource '{_path(call)}/{name}' was not found")
    return shown(call.store, record)


def list_operations(call: Call) -> Resource:
    items = [shown(call.store, one) for one in operations.listed(call.store, "compute")]
    return {
        "kind": "compute#operationList",
        "id": _path(call),
        "selfLink": f"{LINK}/{_path(call)}",
    } | page(call, "items", items)


async def wait_for_operation(call: Call) -> Resource:
    """Answers when the operation is done, or after two minutes as it then is."""
    record = await operations.wait_until_done(call, kind="compute", name=call.params["operation"])
    return shown(call.store, record)


def _path(call: Call) -> str:
    return f"projects/{call.store.place.project}/global/operations"


_OPERATIONS = "/compute/v1/projects/{project}/global/operations"

PRODUCT = Product(
    routes=(
        Route("GET", _OPERATIONS, list_operations),
        Route("GET", _OPERATIONS + "/{operation}", get_operation),
        Route("POST", _OPERATIONS + "/{operation}/wait", waiter=wait_for_operation),
    )
)
