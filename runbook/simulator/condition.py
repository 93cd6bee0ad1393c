"""Whether the application that a scenario describes could work on what the project holds now.

It always needs its connector and its database; what else it `needs`, the scenario lists, and what
it `watches`: things whose loss is seen in its logs, but does not bring it down.
"""

from __future__ import annotations

from runbook.simulator.needs import APPLICATION, need_fault
from runbook.simulator.store import Resource, Store

_ENOUGH_INSTANCES = 3


def application(store: Store) -> Resource:
    """What the scenario says about the application: its hosts, its connector, its database."""
    return store.get(APPLICATION) or {"hosts": [], "connector": "", "database": ""}


def watched(store: Store) -> list[str]:
    return [*components(store), *application(store).get("watches", {})]


def components(store: Store) -> list[str]:
    """What the application is made of, as its health pages name it."""
    return ["connector", "database", *application(store).get("needs", {})]


def watched_faults(store: Store) -> dict[str, str]:
    """Those of the application and of what it can do without, for logs and time series."""
    watches = application(store).get("watches", {})
    found = {need: need_fault(store, need, amount) for need, amount in watches.items()}
    return faults_of_application(store) | {need: fault for need, fault in found.items() if fault}


def faults_of_application(store: Store) -> dict[str, str]:
    """What keeps the application down, one sentence per component; empty when all is well."""
    told = application(store)
    found = {
        "connector": _connector_fault(store, told["connector"]),
        "database": _database_fault(store, told["database"]),
    }
    for need, amount in told.get("needs", {}).items():
        found[need] = need_fault(store, need, amount)
    return {component: fault for component, fault in found.items() if fault}


def _connector_fault(store: Store, name: str) -> str:
    place = store.place
    path = f"projects/{place.project}/locations/{place.region}/connectors/{name}"
    connector = store.get(f"vpcaccess/{path}")
    if connector is None:
        return f"VPC connector {name} does not exist"
    if connector["state"] != "READY":
        return f"VPC connector {name} is {connector['state']}, not READY"
    if connector["minInstances"] < _ENOUGH_INSTANCES:
        return f"VPC connector {name} has {connector['minInstances']} instances, too few"
    return ""


def _database_fault(store: Store, name: str) -> str:
    instance = store.get(f"sql/projects/{store.place.project}/instances/{name}")
    if instance is None:
        return f"Cloud SQL instance {name} does not exist"
    if instance["state"] != "RUNNABLE":
        return f"Cloud SQL instance {name} is {instance['state']}, not RUNNABLE"
    if instance["settings"]["activationPolicy"] == "NEVER":
        return f"Cloud SQL instance {name} is stopped"
    return ""
