"""Serverless VPC Access: connectors and their operations.

A connector that is `CREATING` without an operation is stuck, as in an outage. An update of it is
accepted and ends `READY`; so does any other update.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runbook.simulator import operations
from runbook.simulator.compute_scopes import regions
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource
from runbook.simulator.vpc_access_operations import place_of, shown
from runbook.simulator.vpc_access_quota import OVER_QUOTA, is_over_quota, seed_quota
from runbook.simulator.vpc_access_ranges import check_addresses, conflict
from runbook.simulator.vpc_access_scaling import (
    LIMITS,
    MUTABLE,
    check_growth,
    check_scaling,
    in_instances,
    with_throughput,
)

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,23}[a-z0-9])?")
_DEFAULTS: Resource = {"minInstances": 2, "maxInstances": 10, "machineType": "e2-micro"}
_UPDATE_SECONDS = 6.0
_CREATE_SECONDS = 8.0


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    parent = f"projects/{place.project}/locations/{place.region}/connectors"
    return {
        f"vpcaccess/{parent}/{name}": with_throughput({"name": f"{parent}/{name}"} | dict(body))
        for name, body in section.items()
    }


def get_connector(call: Call) -> Resource:
    return _existing(call)


def list_connectors(call: Call) -> Resource:
    return page(call, "connectors", call.store.under(f"vpcaccess/{_parent(call)}/connectors"))


def list_locations(call: Call) -> Resource:
    """Connectors may be in each region; the scenario has them in its own."""
    place = call.store.place
    locations = [
        {"name": f"projects/{place.project}/locations/{region}", "locationId": region}
        for region in regions(place)
    ]
    return page(call, "locations", locations)


def create_connector(call: Call) -> Resource:
    name = _name_asked(call)
    key = f"vpcaccess/{_parent(call)}/connectors/{name}"
    if call.store.get(key) is not None:
        raise Refusal(409, f"Requested entity already exists: connector {name}")
    made = _DEFAULTS | in_instances(call.body)
    check_addresses(call.store, made, call.params["location"])
    if "subnet" in made:
        made.pop("network", None)
    made = with_throughput(made | {"name": key.removeprefix("vpcaccess/")})
    check_scaling(made)
    call.store.put(key, made | {"state": "CREATING"})
    return _start(call, "CreateConnector", key, before=made | {"state": "ERROR"}, after=made)


def patch_connector(call: Call) -> Resource:
    """Both instance limits together, each at least what it is now; one operation at a time."""
    before = _existing(call)
    key = _key(call)
    wanted = _wanted(call)
    _refuse_if_busy(call, key)
    if before["state"] == "ERROR":
        raise Refusal(
            400,
            "The connector is in ERROR state: delete it and create it again.",
            status="FAILED_PRECONDITION",
        )
    after = before | wanted
    check_scaling(after)
    check_growth(before, after)
    call.store.put(key, before | {"state": "UPDATING"})
    return _start(call, "UpdateConnector", key, before=before, after=with_throughput(after))


def delete_connector(call: Call) -> Resource:
    before = _existing(call)
    _refuse_if_busy(call, _key(call))
    call.store.put(_key(call), before | {"state": "DELETING"})
    return _start(call, "DeleteConnector", _key(call), before=before, after=None)


def get_operation(call: Call) -> Resource:
    parent, name = _parent(call), call.params["operation"]
    record = operations.find(call.store, kind="vpcaccess", name=name)
    if record is None or place_of(record) != parent:
        raise Refusal(404, f"The operation {name} is not found.")
    return shown(call, record)


def list_operations(call: Call) -> Resource:
    parent = _parent(call)
    every = operations.listed(call.store, "vpcaccess")
    listed = [shown(call, one) for one in every if place_of(one) == parent]
    return page(call, "operations", listed)


def _parent(call: Call) -> str:
    place, location = call.store.place, call.params["location"]
    if location not in regions(place):
        raise Refusal(403, f"Permission denied on 'locations/{location}' (or it may not exist).")
    return f"projects/{place.project}/locations/{location}"


def _key(call: Call) -> str:
    return f"vpcaccess/{_parent(call)}/connectors/{call.params['connector']}"


def _existing(call: Call) -> Resource:
    found = call.store.get(_key(call))
    if found is None:
        raise Refusal(404, "The connector is not found.")
    return found


def _name_asked(call: Call) -> str:
    """The id of a new connector. Raises `Refusal` 400."""
    name = call.query.get("connectorId", "")
    if not name:
        raise Refusal(400, "Request contains an invalid argument: connector_id is required.")
    if not _NAME.fullmatch(name):
        raise Refusal(
            400,
            f"Invalid connector_id '{name}': up to 25 lower-case letters, digits and hyphens, "
            "beginning with a letter.",
        )
    return name


def _wanted(call: Call) -> Resource:
    """What an update sets, its limits as instances. Raises `Refusal` 400."""
    mask = call.query.get("updateMask", "")
    fields = [_camel(one) for one in mask.split(",") if one] or list(call.body)
    fields = [field for field in fields if field != "name"]
    if unknown := [field for field in fields if field not in MUTABLE]:
        raise Refusal(400, f"Invalid update mask: {', '.join(unknown)} cannot be updated.")
    wanted = in_instances({field: call.body[field] for field in fields if field in call.body})
    if len([limit for limit in LIMITS if limit in wanted]) == 1:
        raise Refusal(400, "min_instances and max_instances must be updated together.")
    if not fields:
        raise Refusal(400, "Request contains an invalid argument: nothing to update.")
    return wanted


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
