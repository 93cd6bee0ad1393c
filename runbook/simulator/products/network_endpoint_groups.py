"""Compute Engine: network endpoint groups, read only. Serverless ones live in a region."""

from __future__ import annotations

from runbook.simulator.compute import READS, routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.routing import Product

_COLLECTION = Collection(
    name="networkEndpointGroups",
    kind="networkEndpointGroup",
    aggregated="networkEndpointGroupAggregatedList",
    scopes=("regions", "zones", "global"),
)

PRODUCT = Product(
    routes=routes_of(_COLLECTION, methods=READS),
    sections={"network_endpoint_groups": seed_of(_COLLECTION)},
)
