"""How many CPUs the connectors of the region may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.store import Place, Resource, Store

_PROCESSORS = {"f1-micro": 1, "e2-micro": 2, "e2-standard-4": 4}
MACHINE_TYPES = tuple(_PROCESSORS)
OVER_QUOTA = "Insufficient CPU quota in region."
_QUOTA = "vpcaccess/quota"
_UNLIMITED = 1_000


def seed_quota(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """The scenario says how many `cpus` there are."""
    return {_QUOTA: dict(section)}


def is_over_quota(store: Store, connector: Resource) -> bool:
    """Whether the connector at its largest has more CPUs than the region may have."""
    wanted = int(connector["maxInstances"]) * _PROCESSORS[connector["machineType"]]
    return wanted > int((store.get(_QUOTA) or {}).get("cpus", _UNLIMITED))
