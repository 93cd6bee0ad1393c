"""Compute Engine: backend services and the health of their groups."""

from __future__ import annotations

from runbook.simulator.compute import deeds, routes_of
from runbook.simulator.compute_changes import existing
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.compute_links import absolute, key_of
from runbook.simulator.condition import faults_of_application
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Product
from runbook.simulator.store import Resource


def accept(call: Call, before: Resource | None, after: Resource) -> None:
    """A serverless back end has neither a time-out of its own nor health checks."""
    timeout = after.get("timeoutSec")
    if timeout is not None and (type(timeout) is not int or not 1 <= timeout <= 2_147_483_647):
        raise Refusal(400, f"Invalid value for field 'resource.timeoutSec': '{timeout}'.")
    after.setdefault("timeoutSec", 30)
    after.setdefault("protocol", "HTTP")
    if not any(_is_serverless(call, backend) for backend in after.get("backends", [])):
        return
    if timeout is not None and timeout != (before or {}).get("timeoutSec"):
        raise Refusal(
            400,
            "Invalid value for field 'resource.timeoutSec': "
            f"'{timeout}'. Timeout sec is not supported for a backend service with Serverless "
            "network endpoint groups.",
        )
    if after.get("healthChecks"):
        raise Refusal(
            400,
            "Invalid value for field 'resource.healthChecks': a backend service with Serverless "
            "network endpoint groups cannot have health checks.",
        )


def get_health(call: Call) -> Resource:
    """The members of a group: healthy as long as the application behind them is."""
    service = existing(call, _COLLECTION)
    group = absolute({"group": call.body.get("group", "")}, call.store.place)["group"]
    if group not in [backend["group"] for backend in service.get("backends", [])]:
        raise Refusal(400, f"Invalid value for field 'resource.group': '{group}'.")
    shown: Resource = {"kind": "compute#backendServiceGroupHealth"}
    if _is_serverless(call, {"group": group}):
        return shown
    zone, _, name = group.partition("/instanceGroups/")
    state = "UNHEALTHY" if faults_of_application(call.store) else "HEALTHY"
    instance = f"{zone}/instances/{name}-1"
    member = {
        "instance": instance,
        "ipAddress": _address(call, instance),
        "port": service.get("port", 80),
        "healthState": state,
    }
    return shown | {"healthStatus": [member]}


def _address(call: Call, instance: str) -> str:
    """The internal address of the instance with this link."""
    found = call.store.get(key_of(instance)) or {"networkInterfaces": []}
    return next((str(one["networkIP"]) for one in found["networkInterfaces"]), "")


def _is_serverless(call: Call, backend: Resource) -> bool:
    group = call.store.get(key_of(backend.get("group", "")))
    return group is not None and group.get("networkEndpointType") == "SERVERLESS"


_COLLECTION = Collection(
    name="backendServices",
    kind="backendService",
    aggregated="backendServiceAggregatedList",
    scopes=("global", "regions"),
    has_fingerprint=True,
    accept=accept,
    refers_to=("healthChecks",),
    always={"description": "", "affinityCookieTtlSec": 0, "iap": {"enabled": False}},
)

PRODUCT = Product(
    routes=(*routes_of(_COLLECTION), *deeds(_COLLECTION, "getHealth", get_health)),
    sections={"backend_services": seed_of(_COLLECTION)},
)
