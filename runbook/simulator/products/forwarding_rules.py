"""Compute Engine: forwarding rules, global and regional; read and deleted only."""

from __future__ import annotations

from runbook.simulator.compute import routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.routing import Product

_COLLECTION = Collection(
    name="forwardingRules",
    kind="forwardingRule",
    aggregated="forwardingRuleAggregatedList",
    scopes=("global", "regions"),
    has_fingerprint=True,
)

PRODUCT = Product(
    routes=routes_of(_COLLECTION, methods=("GET", "DELETE")),
    sections={"forwarding_rules": seed_of(_COLLECTION)},
)
