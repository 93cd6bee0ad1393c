"""Compute Engine: SSL certificates. A managed one that was inserted becomes active after a while.

One that a scenario leaves `PROVISIONING` stays so, as it does while DNS points elsewhere.
"""

from __future__ import annotations

import dataclasses

from runbook.simulator import operations
from runbook.simulator.compute import routes_of
from runbook.simulator.compute_changes import SECONDS
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.compute_links import key_of
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Product
from runbook.simulator.store import Resource

PROVISIONING_SECONDS = 20.0


def accept(call: Call, _before: Resource | None, after: Resource) -> None:
    """Takes a new certificate in and lets time make a managed one active."""
    after.setdefault("type", "MANAGED" if "managed" in after else "SELF_MANAGED")
    if after["type"] != "MANAGED":
        _check_self_managed(after)
        return
    domains = (after.get("managed") or {}).get("domains") or []
    if not domains:
        raise Refusal(400, "Required field 'resource.managed.domains' not specified")
    for index, domain in enumerate(domains):
        if "*" in domain:
            raise Refusal(
                400,
                f"Invalid value for field 'resource.managed.domains[{index}]': '{domain}'. "
                "Wildcard domains are not supported by managed certificates.",
            )
    after["managed"] = _managed(domains, "PROVISIONING")
    operations.begin(
        dataclasses.replace(call, fault=None, query={}),
        kind="silent",
        verb="provision",
        target=key_of(after["selfLink"]),
        seconds=SECONDS + PROVISIONING_SECONDS,
        before=after,
        after=after | {"managed": _managed(domains, "ACTIVE")},
    )


def _check_self_managed(after: Resource) -> None:
    for field in ("certificate", "privateKey"):
        if not after.get(field):
            raise Refusal(400, f"Required field 'resource.{field}' not specified")
    del after["privateKey"]
    after["selfManaged"] = {"certificate": after["certificate"]}


def _managed(domains: list[str], status: str) -> Resource:
    return {
        "domains": domains,
        "status": status,
        "domainStatus": dict.fromkeys(domains, status),
    }


_COLLECTION = Collection(
    name="sslCertificates",
    kind="sslCertificate",
    aggregated="sslCertificateAggregatedList",
    scopes=("global", "regions"),
    accept=accept,
)

PRODUCT = Product(
    routes=routes_of(_COLLECTION, methods=("GET", "POST", "DELETE")),
    sections={"ssl_certificates": seed_of(_COLLECTION)},
)
