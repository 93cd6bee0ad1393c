"""Compute Engine: URL maps."""

from __future__ import annotations

from runbook.simulator.compute import routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.routing import Product

_COLLECTION = Collection(
    name="urlMaps",
    kind="urlMap",
    aggregated="urlMapsAggregatedList",
    scopes=("global", "regions"),
    has_fingerprint=True,
    refers_to=("defaultService",),
)

PRODUCT = Product(routes=routes_of(_COLLECTION), sections={"url_maps": seed_of(_COLLECTION)})
