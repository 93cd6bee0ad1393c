"""Compute Engine: target HTTPS proxies, which hold a load balancer's certificates."""

from __future__ import annotations

from runbook.simulator.compute import PROJECT, routes_of
from runbook.simulator.compute_changes import change, existing
from runbook.simulator.compute_collections import Collection, seed_of
from runbook.simulator.compute_links import absolute
from runbook.simulator.compute_operations import repeated
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource


def accept(_call: Call, _before: Resource | None, after: Resource) -> None:
    if not after.get("sslCertificates") and not after.get("certificateMap"):
        raise Refusal(
            400,
            "At least 1 SSL certificate must be specified for setting SSL certificates in "
            "TargetHttpsProxy.",
        )


def set_ssl_certificates(call: Call) -> Resource:
    """Replaces the whole list; asks for no fingerprint."""
    if again := repeated(call):
        return again
    before = existing(call, _COLLECTION)
    links = absolute({"links": call.body.get("sslCertificates") or []}, call.store.place)["links"]
    after = before | {"sslCertificates": links}
    return change(call, _COLLECTION, "SetSslCertificates", before, after)


_COLLECTION = Collection(
    name="targetHttpsProxies",
    kind="targetHttpsProxy",
    aggregated="targetHttpsProxyAggregatedList",
    scopes=("global", "regions"),
    has_fingerprint=True,
    accept=accept,
    refers_to=("sslCertificates", "urlMap"),
)
_HERE = f"{PROJECT}/targetHttpsProxies/{{name}}/setSslCertificates"
_IN_A_REGION = f"{PROJECT}/regions/{{region}}/targetHttpsProxies/{{name}}/setSslCertificates"

PRODUCT = Product(
    routes=(
        *routes_of(_COLLECTION, methods=("GET", "POST", "PATCH", "DELETE")),
        Route("POST", _HERE, set_ssl_certificates),
        Route("POST", _IN_A_REGION, set_ssl_certificates),
    ),
    sections={"target_https_proxies": seed_of(_COLLECTION)},
)
