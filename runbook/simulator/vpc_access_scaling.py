"""How many instances a connector may have and of what machine; throughput follows instances."""

from __future__ import annotations

from runbook.simulator.errors import Refusal
from runbook.simulator.store import Resource
from runbook.simulator.vpc_access_quota import MACHINE_TYPES

LIMITS = ("minInstances", "maxInstances")
_MBPS = 100
_THROUGHPUTS = {"minThroughput": "minInstances", "maxThroughput": "maxInstances"}
MUTABLE = {*LIMITS, *_THROUGHPUTS, "machineType"}


def in_instances(told: Resource) -> Resource:
    """What a client sent with its limits as instances, which come before throughput.

    Raises `Refusal` for a throughput that is not of whole instances.
    """
    sized = {field: value for field, value in told.items() if field not in _THROUGHPUTS}
    for throughput, limit in _THROUGHPUTS.items():
        value = told.get(throughput)
        if value is None or limit in sized:
            continue
        if type(value) is not int or value % _MBPS:
            raise Refusal(400, f"Invalid {_snake(throughput)} {value}: must be a multiple of 100.")
        sized[limit] = value // _MBPS
    return sized


def with_throughput(connector: Resource) -> Resource:
    """The connector as it is shown, with 100 Mbps for each instance."""
    return connector | {
        throughput: int(connector[limit]) * _MBPS for throughput, limit in _THROUGHPUTS.items()
    }


def check_scaling(connector: Resource) -> None:
    low, high, machine = (connector[field] for field in (*LIMITS, "machineType"))
    if not (type(low) is int and type(high) is int):
        raise Refusal(400, "min_instances and max_instances must be integers.")
    if not 2 <= low <= 9:
        raise Refusal(400, f"Invalid min_instances {low}: must be between 2 and 9.")
    if not 3 <= high <= 10:
        raise Refusal(400, f"Invalid max_instances {high}: must be between 3 and 10.")
    if low >= high:
        raise Refusal(400, f"min_instances {low} must be less than max_instances {high}.")
    if machine not in MACHINE_TYPES:
        allowed = ", ".join(MACHINE_TYPES)
        raise Refusal(400, f"Invalid machine type {machine}: allowed are {allowed}.")


def check_growth(before: Resource, after: Resource) -> None:
    """Connectors only scale up."""
    for limit in LIMITS:
        if after[limit] < before[limit]:
            raise Refusal(
                400,
                f"Invalid value for {limit}: {after[limit]} is below the current value "
                f"{before[limit]}. Connectors can only be scaled up.",
            )


def _snake(field: str) -> str:
    return field.replace("T", "_t")
