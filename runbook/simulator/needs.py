"""What the application can need beside its connector and its database, and what is wrong with it.

A need is a kind and a name: `secret:jwt-secret-staging`, `service:auth-staging`,
`certificate:staging-https-proxy`, `connections:netra-staging-db` (with the number that the
application opens), `capacity:staging-connector` (with the instances that its load takes).
"""

from __future__ import annotations

from collections.abc import Callable

from runbook.simulator.run_revisions import service_key
from runbook.simulator.secret_versions import secret_fault
from runbook.simulator.served_certificates import (
    certificates_of,
    expired_at,
    served_for,
    status_of,
)
from runbook.simulator.store import Store

APPLICATION = "site/application"
_FEWEST_CONNECTIONS = 100


def need_fault(store: Store, need: str, amount: int) -> str:
    """One sentence without its full stop, or "" when the need is met."""
    kind, _, name = need.partition(":")
    return _KINDS[kind](store, name, amount)


def is_known(need: str) -> bool:
    return need.partition(":")[0] in _KINDS


def _secret(store: Store, name: str, _amount: int) -> str:
    return secret_fault(store, name, "latest")


def _service(store: Store, name: str, _amount: int) -> str:
    service = store.get(service_key(store.place, name))
    if service is None:
        return f"Cloud Run service {name} does not exist"
    serving = {one["revisionName"] for one in service["status"].get("traffic", [])}
    ready = service["status"]["conditions"][0]
    if ready["status"] == "False" and service["status"]["latestCreatedRevisionName"] in serving:
        return f"Cloud Run service {name} is not ready: {ready['message']}"
    down = store.get(f"run/down/{name}") or {}
    broken = next((down[one] for one in serving if one in down), "")
    return f"Cloud Run service {name} is failing: {broken}" if broken else ""


def _certificate(store: Store, proxy: str, _amount: int) -> str:
    """Every host of the application needs one that is served for it and has not ended."""
    for host in (store.get(APPLICATION) or {"hosts": []})["hosts"]:
        certificate = served_for(store, proxy, host)
        if certificate is None:
            return _not_served(store, proxy, host)
        if ended := expired_at(store, certificate):
            return f"Certificate {certificate['name']} expired at {ended}"
    return ""


def _not_served(store: Store, proxy: str, host: str) -> str:
    certificates = certificates_of(store, proxy)
    for certificate in certificates:
        if (status := status_of(certificate)) != "ACTIVE":
            return f"Certificate {certificate['name']} is {status}, not ACTIVE"
    if not certificates:
        return f"Proxy {proxy} serves no certificate"
    return f"No certificate of proxy {proxy} names {host}"


def _connections(store: Store, name: str, amount: int) -> str:
    instance = store.get(f"sql/projects/{store.place.project}/instances/{name}") or {}
    flags = (instance.get("settings") or {}).get("databaseFlags", [])
    limits = {flag["name"]: flag["value"] for flag in flags}
    most = int(limits.get("max_connections", _FEWEST_CONNECTIONS))
    if most >= amount:
        return ""
    return f"Cloud SQL instance {name} has no connection left: {amount} wanted, {most} allowed"


def _capacity(store: Store, name: str, amount: int) -> str:
    place = store.place
    path = f"vpcaccess/projects/{place.project}/locations/{place.region}/connectors/{name}"
    connector = store.get(path) or {}
    most = int(connector.get("maxInstances", 0))
    if most >= amount:
        return ""
    return f"VPC connector {name} is saturated: its load takes {amount} instances, {most} allowed"


_KINDS: dict[str, Callable[[Store, str, int], str]] = {
    "secret": _secret,
    "service": _service,
    "certificate": _certificate,
    "connections": _connections,
    "capacity": _capacity,
}
