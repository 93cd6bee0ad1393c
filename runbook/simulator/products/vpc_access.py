"""Serverless VPC Access: connectors and their operations.

A connector that is `CREATING` without an operation is stuck, as in an outage. An update of it is
accepted and ends `READY`; so does any other update.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator import operations
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource
from runbook.simulator.vpc_access_operations import shown
from runbook.simulator.vpc_access_quota import (
    MACHINE_TYPES,
    OVER_QUOTA,
    is_over_quota,
    seed_quota,
)
from runbook.simulator.vpc_access_ranges import check_addresses, conflict

_SCALING = ("minInstances", "maxInstances")
_MUTABLE = {*_SCALING, "machineType", "minThroughput", "maxThroughput"}
_UPDATE_SECONDS = 6.0
_CREATE_SECONDS = 8.0


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    parent = f"projects/{place.project}/locations/{place.region}/connectors"
    return {
        f"vpcaccess/{parent}/{name}": _with_throughput({"name": f"{parent}/{name}"} | dict(body))
        for name, body in section.items()
    }


def get_connector(call: Call) -> Resource:
    return _existing(call)


def list_connectors(call: Call) -> Resource:
    return page(call, "connectors", call.store.under(f"vpcaccess/{_parent(call)}/connectors"))


def list_locations(call: Call) -> Resource:
    place = call.store.place
    location = {
        "name": f"projects/{place.project}/locations/{place.region}",
        "locationId": place.region,
    }
    return {"locations": [location]}


def create_connector(call: Call) -> Resource:
    name = call.query.get("connectorId", "")
    key = f"vpcaccess/{_parent(call)}/connectors/{name}"
    if not name:
        raise Refusal(400, "Request contains an invalid argument: connector_id is required.")
    if call.store.get(key) is not None:
        raise Refusal(409, f"Requested entity already exists: connector {name}")
    made: Resource = {"minInstances": 2, "maxInstances": 10, "machineType": "e2-micro"} | call.body
    check_addresses(call.store, made)
    if "subnet" in made:
        made.pop("network", None)
    made = _with_throughput(made | {"name": key.removeprefix("vpcaccess/")})
    _check_scaling(made)
    call.store.put(key, made | {"state": "CREATING"})
    return _start(call, "CreateConnector", key, before=made | {"state": "ERROR"}, after=made)


def patch_connector(call: Call) -> Resource:
    """Both instance limits together, each at least what it is now; one operation at a time."""
    before = _existing(call)
    key = _key(call)
    fields = _updated_fields(call)
    _refuse_if_busy(call, key)
    if before["state"] == "ERROR":
        raise Refusal(
            400,
            "The connector is in ERROR state: delete it and create it again.",
            status="FAILED_PRECONDITION",
        )
    after = before | {field: call.body[field] for field in fields if field in call.body}
    _check_scaling(after)
    for limit in _SCALING:
        if after[limit] < before[limit]:
            raise Refusal(
                400,
                f"Invalid value for {limit}: {after[limit]} is below the current value "
                f"{before[limit]}. Connectors can only be scaled up.",
            )
    call.store.put(key, before | {"state": "UPDATING"})
    return _start(call, "UpdateConnector", key, before=before, after=_with_throughput(after))


def delete_connector(call: Call) -> Resource:
    before = _existing(call)
    _refuse_if_busy(call, _key(call))
    call.store.put(_key(call), before | {"state": "DELETING"})
    return _start(call, "DeleteConnector", _key(call), before=before, after=None)


def get_operation(call: Call) -> Resource:
    _parent(call)
    name = call.params["operation"]
    record = operations.find(call.store, kind="vpcaccess", name=name)
    if record is None:
        raise Refusal(404, f"The operation {name} is not found.")
    return shown(call, record)


def list_operations(call: Call) -> Resource:
    _parent(call)
    listed = [shown(call, one) for one in operations.listed(call.store, "vpcaccess")]
    return page(call, "operations", listed)


def _parent(call: Call) -> str:
    place = call.store.place
    if call.params["location"] != place.region:
        raise Refusal(403, f"Location {call.params['location']} is not found or access is denied.")
    return f"projects/{place.project}/locations/{place.region}"


def _key(call: Call) -> str:
    return f"vpcaccess/{_parent(call)}/connectors/{call.params['connector']}"


def _existing(call: Call) -> Resource:
    found = call.store.get(_key(call))
    if found is None:
        raise Refusal(404, "The connector is not found.")
    return found


def _updated_fields(call: Call) -> list[str]:
    mask = call.query.get("updateMask", "")
    fields = [_camel(one) for one in mask.split(",") if one] or list(call.body)
    fields = [field for field in fields if field != "name"]
    if unknown := [field for field in fields if field not in _MUTABLE]:
        raise Refusal(400, f"Invalid update mask: {', '.join(unknown)} cannot be updated.")
    given = [limit for limit in _SCALING if limit in fields and limit in call.body]
    if len(given) == 1:
        raise Refusal(400, "min_instances and max_instances must be updated together.")
    if not fields:
        raise Refusal(400, "Request contains an invalid argument: nothing to update.")
    return fields


def _check_scaling(connector: Resource) -> None:
    low, high, machine = (connector[field] for field in (*_SCALING, "machineType"))
    if not (type(low) is int and type(high) is int):
        raise Refusal(400, "min_instances and max_instances must be integers.")
    if not 2 <= low <= 9:
        raise Refusal(400, f"Invalid min_instances {low}: must be between 2 and 9.")
    if not 3 <= high <= 10:
        raise Refusal(400, f"Invalid max_instances {high}: must be between 3 and 10.")
    if low >= high:
        raise Refusal(400, f"min_instances {low} must be less than max_instances {high}.")
    if machine not in MACHINE_TYPES:
        allowed = ", ".join(MACHINE_TYPES)
        raise Refusal(400, f"Invalid machine type {machine}: allowed are {allowed}.")


def _refuse_if_busy(call: Call, key: str) -> None:
    if operations.running(call.store, key):
        raise Refusal(
            409,
            "The connector has another operation in progress; try again when it is done.",
            status="ABORTED",
        )


def _start(
    call: Call, verb: str, key: str, *, before: Resource, after: Resource | None
) -> Resource:
    record = operations.begin(
        call,
        kind="vpcaccess",
        verb=verb,
        target=key,
        seconds=_UPDATE_SECONDS if verb == "UpdateConnector" else _CREATE_SECONDS,
        before=before,
        after=after and after | {"state": "READY"},
    )
    if after and is_over_quota(call.store, after):
        record["error"] = OVER_QUOTA
    if verb == "CreateConnector" and (found := conflict(call.store, before)):
        record["error"] = found
    return shown(call, record)


def _with_throughput(connector: Resource) -> Resource:
    """Throughput follows the instances, 100 Mbps each."""
    low, high = (int(connector[field]) * 100 for field in _SCALING)
    return connector | {"minThroughput": low, "maxThroughput": high}


def _camel(field: str) -> str:
    head, *rest = field.split("_")
    return head + "".join(part.capitalize() for part in rest)


_CONNECTORS = "/v1/projects/{project}/locations/{location}/connectors"
_OPERATIONS = "/v1/projects/{project}/locations/{location}/operations"

PRODUCT = Product(
    routes=(
        Route("GET", "/v1/projects/{project}/locations", list_locations),
        Route("GET", _CONNECTORS, list_connectors),
        Route("POST", _CONNECTORS, create_connector),
        Route("GET", _CONNECTORS + "/{connector}", get_connector),
        Route("PATCH", _CONNECTORS + "/{connector}", patch_connector),
        Route("DELETE", _CONNECTORS + "/{connector}", delete_connector),
        Route("GET", _OPERATIONS, list_operations),
        Route("GET", _OPERATIONS + "/{operation}", get_operation),
    ),
    sections={"connectors": seed, "quota": seed_quota},
)
