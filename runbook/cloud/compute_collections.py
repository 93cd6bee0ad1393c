"""The collections of Compute Engine that we use, as Google's client names them."""

from __future__ import annotations

from dataclasses import dataclass

from runbook.cloud.compute_place import Place


@dataclass(frozen=True, slots=True)
class Collection:
    """`one` names a resource in a request. Each scope in which resources exist has a collection of
    its own; the aggregated list is that of the collection's own name."""

    one: str
    in_global: str = ""
    in_region: str = ""
    in_zone: str = ""

    def at(self, place: Place) -> str:
        if place.zone:
            return self.in_zone
        return self.in_region if place.region else self.in_global


COLLECTIONS = {
    "networks": Collection("network", in_global="networks"),
    "subnetworks": Collection("subnetwork", in_region="subnetworks"),
    "networkEndpointGroups": Collection(
        "networkEndpointGroup", in_region="regionNetworkEndpointGroups"
    ),
    "urlMaps": Collection("urlMap", in_global="urlMaps", in_region="regionUrlMaps"),
    "sslCertificates": Collection(
        "sslCertificate", in_global="sslCertificates", in_region="regionSslCertificates"
    ),
    "healthChecks": Collection(
        "healthCheck", in_global="healthChecks", in_region="regionHealthChecks"
    ),
    "backendServices": Collection(
        "backendService", in_global="backendServices", in_region="regionBackendServices"
    ),
    "targetHttpsProxies": Collection(
        "targetHttpsProxy", in_global="targetHttpsProxies", in_region="regionTargetHttpsProxies"
    ),
    "forwardingRules": Collection(
        "forwardingRule", in_global="globalForwardingRules", in_region="forwardingRules"
    ),
    "instances": Collection("instance", in_zone="instances"),
}
