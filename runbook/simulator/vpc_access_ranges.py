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
NO_NETWORK = "The VPC network was not found in the project."


def check_addresses(store: Store, connector: Resource, region: str) -> None:
    """Refuses what is neither a /28 range nor a subnet that exists."""
    if "subnet" not in connector:
        _network(str(connector.get("ipCidrRange", "")))
        return
    name = str(connector["subnet"].get("name", ""))
    if name not in _subnets(store, region):
        raise Refusal(400, f"The subnet {name} does not exist in this region.")


def conflict(store: Store, connector: Resource) -> str:
    """What the operation of a new connector fails of, or "" when its addresses are free."""
    if "subnet" in connector:
        return ""
    name = str(connector.get("network", "default")).rpartition("/")[2]
    if store.get(f"compute/projects/{store.place.project}/global/networks/{name}") is None:
        return NO_NETWORK
    wanted = _network(str(connector["ipCidrRange"]))
    taken = any(wanted.overlaps(ip_network(one)) for one in _ranges_of_others(store, connector))
    return CONFLICT if taken else ""


def _network(text: str) -> IPv4Network:
    try:
        found = IPv4Network(text)
    except ValueError:
        found = None
    if found is None or found.prefixlen != _BITS:
        raise Refusal(400, "The connector needs an unused /28 range or a /28 subnet.")
    return found


def _subnets(store: Store, region: str) -> dict[str, str]:
    """Ranges of the region's subnetworks by name."""
    parent = f"compute/projects/{store.place.project}/regions/{region}/subnetworks"
    return {one["name"]: one["ipCidrRange"] for one in store.under(parent)}


def _ranges_of_others(store: Store, connector: Resource) -> Iterator[str]:
    """Those of all subnetworks and of all other connectors."""
    for key, one in store.everything():
        has_range = "/subnetworks/" in key or key.startswith("vpcaccess/projects/")
        if has_range and "ipCidrRange" in one and one["name"] != connector["name"]:
            yield one["ipCidrRange"]
