"""The addresses of a connector: a range of its own, or a subnet of the region.

A bad form is refused at once. Whether the addresses are free, the operation finds out.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from runbook.simulator.errors import Refusal
from runbook.simulator.store import Resource, Store

_BITS = 28
CONFLICT = (
    "Invalid IP CIDR range was provided. It conflicts with an existing subnetwork. Please delete "
    "the connector manually."
)


def check_addresses(store: Store, connector: Resource) -> None:
    """Refuses what is neither a /28 range nor a subnet that exists."""
    if "subnet" not in connector:
        _network(str(connector.get("ipCidrRange", "")))
        return
    name = str(connector["subnet"].get("name", ""))
    if name not in _subnets(store):
        raise Refusal(400, f"The subnet {name} does not exist in this region.")


def conflict(store: Store, connector: Resource) -> str:
    """What the operation of a new connector fails of, or "" when its addresses are free."""
    if "subnet" in connector:
        return ""
    wanted = _network(str(connector["ipCidrRange"]))
    taken = [*_ranges_of_others(store, connector), *_subnets(store).values()]
    return CONFLICT if any(wanted.overlaps(ip_network(one)) for one in taken) else ""


def _network(text: str) -> IPv4Network:
    try:
        found = IPv4Network(text)
    except ValueError:
        found = None
    if found is None or found.prefixlen != _BITS:
        raise Refusal(400, "The connector needs an unused /28 range or a /28 subnet.")
    return found


def _subnets(store: Store) -> dict[str, str]:
    """Ranges of the region's subnetworks by name."""
    place = store.place
    parent = f"compute/projects/{place.project}/regions/{place.region}/subnetworks"
    return {one["name"]: one["ipCidrRange"] for one in store.under(parent)}


def _ranges_of_others(store: Store, connector: Resource) -> Iterator[str]:
    place = store.place
    parent = f"vpcaccess/projects/{place.project}/locations/{place.region}/connectors"
    for one in store.under(parent):
        if one["name"] != connector["name"] and "ipCidrRange" in one:
            yield one["ipCidrRange"]
