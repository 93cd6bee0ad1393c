"""Compute Engine: the regions and zones there are."""

from __future__ import annotations

from runbook.simulator.compute_filter import filtered
from runbook.simulator.compute_links import LINK
from runbook.simulator.compute_scopes import regions, zones
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource

_MADE = "1969-12-31T16:00:00.000-08:00"


def list_regions(call: Call) -> Resource:
    place = call.store.place
    return _listed(call, "region", [_region(place, name) for name in regions(place)])


def get_region(call: Call) -> Resource:
    return _named(call, "region", [_region(call.store.place, n) for n in regions(call.store.place)])


def list_zones(call: Call) -> Resource:
    place = call.store.place
    return _listed(call, "zone", [_zone(place, name) for name in zones(place)])


def get_zone(call: Call) -> Resource:
    return _named(call, "zone", [_zone(call.store.place, name) for name in zones(call.store.place)])


def _listed(call: Call, kind: str, items: list[Resource]) -> Resource:
    path = f"projects/{call.store.place.project}/{kind}s"
    return {
        "kind": f"compute#{kind}List",
        "id": path,
        "selfLink": f"{LINK}/{path}",
    } | page(call, "items", filtered(call, items))


def _named(call: Call, kind: str, items: list[Resource]) -> Resource:
    for item in items:
        if item["name"] == call.params[kind]:
            return item
    path = f"projects/{call.store.place.project}/{kind}s/{call.params[kind]}"
    raise Refusal(404, f"The resource '{path}' was not found")


def _region(place: Place, name: str) -> Resource:
    link = f"{LINK}/projects/{place.project}"
    return {
        "kind": "compute#region",
        "id": str(1000 + 10 * regions(place).index(name)),
        "creationTimestamp": _MADE,
        "name": name,
        "description": name,
        "status": "UP",
        "zones": [f"{link}/zones/{zone}" for zone in zones(place) if _is_in(zone, name)],
        "quotas": [{"metric": "CPUS", "limit": 24.0, "usage": 4.0}],
        "selfLink": f"{link}/regions/{name}",
    }


def _zone(place: Place, name: str) -> Resource:
    link = f"{LINK}/projects/{place.project}"
    return {
        "kind": "compute#zone",
        "id": str(2000 + zones(place).index(name)),
        "creationTimestamp": _MADE,
        "name": name,
        "description": name,
        "status": "UP",
        "region": f"{link}/regions/{name.rpartition('-')[0]}",
        "selfLink": f"{link}/zones/{name}",
    }


def _is_in(zone: str, region: str) -> bool:
    return zone.rpartition("-")[0] == region


_PROJECT = "/compute/v1/projects/{project}"

PRODUCT = Product(
    routes=(
        Route("GET", f"{_PROJECT}/regions", list_regions),
        Route("GET", f"{_PROJECT}/regions/{{region}}", get_region),
        Route("GET", f"{_PROJECT}/zones", list_zones),
        Route("GET", f"{_PROJECT}/zones/{{zone}}", get_zone),
    )
)
