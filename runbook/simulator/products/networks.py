"""Compute Engine: VPC networks and their subnets, read only."""

from __future__ import annotations

from runbook.simulator.compute import Collection, routes_of, seed_of
from runbook.simulator.routing import Product

_NETWORKS = Collection(name="networks", kind="network")
_SUBNETS = Collection(
    name="subnetworks",
    kind="subnetwork",
    aggregated="subnetworkAggregatedList",
    is_regional=True,
    has_fingerprint=True,
)

PRODUCT = Product(
    routes=routes_of(_NETWORKS, writable=False) + routes_of(_SUBNETS, writable=False),
    sections={"networks": seed_of(_NETWORKS), "subnetworks": seed_of(_SUBNETS)},
)
