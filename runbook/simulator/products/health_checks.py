"""Compute Engine: health checks."""

from __future__ import annotations

from runbook.simulator.compute import routes_of
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Product
from runbook.simulator.store import Resource

_RANGES = {
    "checkIntervalSec": (1, 300),
    "timeoutSec": (1, 300),
    "healthyThreshold": (1, 10),
    "unhealthyThreshold": (1, 10),
}
_DEFAULTS = {
    "checkIntervalSec": 5,
    "timeoutSec": 5,
    "healthyThreshold": 2,
    "unhealthyThreshold": 2,
}


def accept(_call: Call, _before: Resource | None, after: Resource) -> None:
    """Fills what was left out; each number in its range, the time-out within the interval."""
    for field, value in _DEFAULTS.items():
        after.setdefault(field, value)
    for field, (low, high) in _RANGES.items():
        if type(after[field]) is not int or not low <= after[field] <= high:
            raise Refusal(
                400,
                f"Invalid value for field 'resource.{field}': '{after[field]}'. "
                f"Must be between {low} and {high}",
            )
    if after["timeoutSec"] > after["checkIntervalSec"]:
        raise Refusal(
            400,
            f"Invalid value for field 'resource.timeoutSec': '{after['timeoutSec']}'. "
            "The timeout must be less than or equal to the check interval "
            f"({after['checkIntervalSec']})",
        )
    if "type" not in after:
        raise Refusal(400, "Required field 'resource.type' not specified", reason="required")


_COLLECTION = Collection(
    name="healthChecks",
    kind="healthCheck",
    aggregated="healthChecksAggregatedList",
    scopes=("global", "regions"),
    accept=accept,
)

PRODUCT = Product(routes=routes_of(_COLLECTION), sections={"health_checks": seed_of(_COLLECTION)})
