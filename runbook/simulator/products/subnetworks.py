"""Compute Engine: subnetworks, read only."""

from __future__ import annotations

from runbook.simulator.compute import READS, routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.routing import Product

_COLLECTION = Collection(
    name="subnetworks",
    kind="subnetwork",
    aggregated="subnetworkAggregatedList",
    scopes=("regions",),
    has_fingerprint=True,
    always={"privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS"},
)

PRODUCT = Product(
    routes=routes_of(_COLLECTION, methods=READS), sections={"subnetworks": seed_of(_COLLECTION)}
)
