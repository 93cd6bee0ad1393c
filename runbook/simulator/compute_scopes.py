"""Where Compute Engine resources live: the whole project, a region or a zone of one."""

from __future__ import annotations

from typing import Literal

from runbook.simulator.compute_links import KEY, LINK
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.store import Place, Resource

ScopeKind = Literal["global", "regions", "zones"]

ZONES = {
    "europe-west1": ("b", "c", "d"),
    "us-central1": ("a", "b", "c", "f"),
    "us-east1": ("b", "c", "d"),
}


def regions(place: Place) -> list[str]:
    """The regions the project sees, its own among them."""
    return sorted({*ZONES, place.region})


def zones(place: Place) -> list[str]:
    return [
        f"{region}-{letter}"
        for region in regions(place)
        for letter in ZONES.get(region, ("a", "b", "c"))
    ]


def scopes(place: Place, kinds: tuple[ScopeKind, ...]) -> list[str]:
    """The scopes of these kinds as Google writes them: `global`, `regions/R`, `zones/Z`."""
    found = ["global"] if "global" in kinds else []
    if "regions" in kinds:
        found += [f"regions/{region}" for region in regions(place)]
    if "zones" in kinds:
        found += [f"zones/{zone}" for zone in zones(place)]
    return found


def scope_of(call: Call) -> str:
    """The scope in the path of a request. Raises `Refusal` 400 for one that does not exist."""
    for kind, field, known in (
        ("regions", "region", regions(call.store.place)),
        ("zones", "zone", zones(call.store.place)),
    ):
        name = call.params.get(field)
        if name is not None and name not in known:
            raise Refusal(400, f"Invalid value for field '{field}': '{name}'. Unknown {field}.")
        if name is not None:
            return f"{kind}/{name}"
    return "global"


def scope_in(path: str) -> str:
    """The scope in a resource's path, key or link: what stands between project and collection."""
    parts = path.partition("projects/")[2].split("/")
    return "global" if parts[1] == "global" else f"{parts[1]}/{parts[2]}"


def place_fields(scope: str, place: Place) -> Resource:
    """`region` or `zone` as a regional or zonal resource shows it; nothing for a global one."""
    kind, _, _name = scope.partition("/")
    field = {"regions": "region", "zones": "zone"}.get(kind)
    return {field: f"{LINK}/projects/{place.project}/{scope}"} if field else {}


def path_of(place: Place, scope: str, collection: str) -> str:
    """The collection's path from `projects/` on."""
    return f"projects/{place.project}/{scope}/{collection}"


def key_of_collection(place: Place, scope: str, collection: str) -> str:
    return f"{KEY}/{path_of(place, scope, collection)}"
