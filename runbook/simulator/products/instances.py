"""Compute Engine: virtual machines and the groups they form, read only; no group is managed."""

from __future__ import annotations

from runbook.simulator.compute import READS, routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.routing import Product

_INSTANCES = Collection(
    name="instances",
    kind="instance",
    aggregated="instanceAggregatedList",
    scopes=("zones",),
    has_fingerprint=True,
)
_GROUPS = Collection(
    name="instanceGroups",
    kind="instanceGroup",
    aggregated="instanceGroupAggregatedList",
    scopes=("zones", "regions"),
    has_fingerprint=True,
)
_MANAGERS = Collection(
    name="instanceGroupManagers",
    kind="instanceGroupManager",
    aggregated="instanceGroupManagerAggregatedList",
    scopes=("zones", "regions"),
)

PRODUCT = Product(
    routes=(
        *routes_of(_INSTANCES, methods=READS),
        *routes_of(_GROUPS, methods=READS),
        *routes_of(_MANAGERS, methods=READS),
    ),
    sections={"instances": seed_of(_INSTANCES), "instance_groups": seed_of(_GROUPS)},
)
