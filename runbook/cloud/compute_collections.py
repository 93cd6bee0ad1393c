"""The collections of Compute Engine that we use, as the typed client names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from google.cloud import compute_v1

Untyped: TypeAlias = Any
"""The typed clients share no base that has `get` or `list`."""


@dataclass(frozen=True, slots=True)
class Collection:
    """`one` names a resource in a request, `body` what a request changes it to, `many` those of a
    scope in an aggregated list, which `everywhere` gives. There is one client for each scope in
    which the resource exists.
    """

    one: str
    many: str = ""
    body: str = ""
    message: Untyped = None
    in_global: Untyped = None
    in_region: Untyped = None
    in_zone: Untyped = None
    everywhere: Untyped = None


COLLECTIONS = {
    "networks": Collection(one="network", in_global=compute_v1.NetworksClient),
    "subnetworks": Collection(
        one="subnetwork",
        many="subnetworks",
        in_region=compute_v1.SubnetworksClient,
        everywhere=compute_v1.SubnetworksClient,
    ),
    "networkEndpointGroups": Collection(
        one="network_endpoint_group",
        in_region=compute_v1.RegionNetworkEndpointGroupsClient,
    ),
    "urlMaps": Collection(
        one="url_map",
        many="urlMaps",
        in_global=compute_v1.UrlMapsClient,
        in_region=compute_v1.RegionUrlMapsClient,
        everywhere=compute_v1.UrlMapsClient,
    ),
    "sslCertificates": Collection(
        one="ssl_certificate",
        many="sslCertificates",
        body="ssl_certificate_resource",
        message=compute_v1.SslCertificate,
        in_global=compute_v1.SslCertificatesClient,
        in_region=compute_v1.RegionSslCertificatesClient,
        everywhere=compute_v1.SslCertificatesClient,
    ),
    "healthChecks": Collection(
        one="health_check",
        many="healthChecks",
        body="health_check_resource",
        message=compute_v1.HealthCheck,
        in_global=compute_v1.HealthChecksClient,
        in_region=compute_v1.RegionHealthChecksClient,
        everywhere=compute_v1.HealthChecksClient,
    ),
    "backendServices": Collection(
        one="backend_service",
        many="backendServices",
        body="backend_service_resource",
        message=compute_v1.BackendService,
        in_global=compute_v1.BackendServicesClient,
        in_region=compute_v1.RegionBackendServicesClient,
        everywhere=compute_v1.BackendServicesClient,
    ),
    "targetHttpsProxies": Collection(
        one="target_https_proxy",
        many="targetHttpsProxies",
        body="target_https_proxy_resource",
        message=compute_v1.TargetHttpsProxy,
        in_global=compute_v1.TargetHttpsProxiesClient,
        in_region=compute_v1.RegionTargetHttpsProxiesClient,
        everywhere=compute_v1.TargetHttpsProxiesClient,
    ),
    "forwardingRules": Collection(
        one="forwarding_rule",
        many="forwardingRules",
        in_global=compute_v1.GlobalForwardingRulesClient,
        in_region=compute_v1.ForwardingRulesClient,
        everywhere=compute_v1.ForwardingRulesClient,
    ),
    "instances": Collection(
        one="instance",
        many="instances",
        in_zone=compute_v1.InstancesClient,
        everywhere=compute_v1.InstancesClient,
    ),
}
