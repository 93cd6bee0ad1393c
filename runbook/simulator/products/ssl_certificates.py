"""Compute Engine: SSL certificates. A managed one that was inserted is provisioned after a while.

It becomes active when all its names point at a load balancer of the project; else each name that
does not is `FAILED_NOT_VISIBLE` and the certificate stays `PROVISIONING`, as the one does that a
scenario leaves so.
"""

from __future__ import annotations

import dataclasses
import re

from runbook.simulator import operations
from runbook.simulator.compute import routes_of
from runbook.simulator.compute_changes import SECONDS
from runbook.simulator.compute_collections import Collection, pacific, seed_of
from runbook.simulator.compute_links import key_of
from runbook.simulator.errors import Refusal
from runbook.simulator.products.dns import address_of
from runbook.simulator.renewal import kept_new
from runbook.simulator.routing import Call, Product
from runbook.simulator.served_certificates import told_by
from runbook.simulator.store import Resource, Store

PROVISIONING_SECONDS = 20.0
_DOMAIN = re.compile(r"(?:[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\.?")


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
        _check_domain(index, domain)
    after["managed"] = _managed(dict.fromkeys(domains, "PROVISIONING"))
    operations.begin(
        dataclasses.replace(call, fault=None, query={}),
        kind="silent",
        verb="provision",
        target=key_of(after["selfLink"]),
        seconds=SECONDS + PROVISIONING_SECONDS,
        before=after,
        after=_provisioned(call.store, domains, after),
    )


def _check_domain(index: int, domain: str) -> None:
    field = f"resource.managed.domains[{index}]"
    if "*" in domain:
        raise Refusal(
            400,
            f"Invalid value for field '{field}': '{domain}'. "
            "Wildcard domains are not supported by managed certificates.",
        )
    if not _DOMAIN.fullmatch(domain):
        raise Refusal(400, f"Invalid value for field '{field}': '{domain}'.")


def _provisioned(store: Store, domains: list[str], made: Resource) -> Resource:
    """The certificate as Google leaves it after looking where its names point."""
    entrances = _entrances(store)
    told = {
        domain: "ACTIVE" if address_of(store, domain) in entrances else "FAILED_NOT_VISIBLE"
        for domain in domains
    }
    shown = made | {"managed": _managed(told)}
    if shown["managed"]["status"] == "ACTIVE":
        shown["expireTime"] = pacific(store.now() + 90 * 86400)
    return shown


def _entrances(store: Store) -> set[str]:
    """The addresses of the project's load balancers."""
    return {
        rule["IPAddress"]
        for key, rule in store.everything()
        if "/forwardingRules/" in key and rule.get("loadBalancingScheme") != "INTERNAL"
    }


def _check_self_managed(after: Resource) -> None:
    """Keeps no key. A text that is no certificate is taken too, and is served for no host."""
    for field in ("certificate", "privateKey"):
        if not after.get(field):
            raise Refusal(400, f"Required field 'resource.{field}' not specified")
    del after["privateKey"]
    after["selfManaged"] = {"certificate": after["certificate"]}
    told = told_by(after["certificate"])
    if told is not None:
        names, ends = told
        after |= {"subjectAlternativeNames": names, "expireTime": pacific(ends)}


def _managed(told: dict[str, str]) -> Resource:
    """`told` is the status of each domain; the certificate is active when all of them are."""
    is_active = set(told.values()) == {"ACTIVE"}
    return {
        "domains": list(told),
        "status": "ACTIVE" if is_active else "PROVISIONING",
        "domainStatus": told,
    }


_COLLECTION = Collection(
    name="sslCertificates",
    kind="sslCertificate",
    aggregated="sslCertificateAggregatedList",
    scopes=("global", "regions"),
    accept=accept,
)
_SEED = seed_of(_COLLECTION)

PRODUCT = Product(
    routes=routes_of(_COLLECTION, methods=("GET", "POST", "DELETE")),
    sections={"ssl_certificates": lambda given, place: _SEED(kept_new(given), place)},
)
