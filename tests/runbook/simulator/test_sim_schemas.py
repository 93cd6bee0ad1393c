"""Every answer fits the schema that Google publishes for it."""

import pytest

from tests.runbook.simulator.discovery_schema import misfits
from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running

_REGION = "/compute/v1/projects/netra-staging/regions/us-central1"
_ZONE = "/compute/v1/projects/netra-staging/zones/us-central1-a"
_AGGREGATED = "/compute/v1/projects/netra-staging/aggregated"
_LOCATION = "/v1/projects/netra-staging/locations/us-central1"
_GLOBAL = "/v1/projects/netra-staging/locations/global"
_RUN = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services"
_SECRET = "/v1/projects/netra-staging/secrets"

ANSWERS = [
    ("vpcaccess.v1", "Connector", CONNECTOR),
    ("vpcaccess.v1", "ListConnectorsResponse", f"{_LOCATION}/connectors"),
    ("vpcaccess.v1", "ListLocationsResponse", "/v1/projects/netra-staging/locations"),
    ("sqladmin.v1", "DatabaseInstance", INSTANCE),
    ("sqladmin.v1beta4", "DatabaseInstance", INSTANCE.replace("/v1/", "/sql/v1beta4/")),
    ("sqladmin.v1", "InstancesListResponse", "/v1/projects/netra-staging/instances"),
    ("sqladmin.v1", "OperationsListResponse", "/v1/projects/netra-staging/operations"),
    ("sqladmin.v1", "BackupRunsListResponse", f"{INSTANCE}/backupRuns"),
    ("sqladmin.v1", "ListBackupsResponse", "/v1/projects/netra-staging/backups"),
    ("sqladmin.v1", "FlagsListResponse", "/v1/flags?databaseVersion=POSTGRES_14"),
    ("secretmanager.v1", "ListSecretsResponse", _SECRET),
    ("secretmanager.v1", "Secret", f"{_SECRET}/redis-url"),
    ("secretmanager.v1", "ListSecretVersionsResponse", f"{_SECRET}/redis-url/versions"),
    ("secretmanager.v1", "SecretVersion", f"{_SECRET}/redis-url/versions/latest"),
    ("secretmanager.v1", "AccessSecretVersionResponse", f"{_SECRET}/redis-url/versions/1:access"),
    ("run.v1", "Service", f"{_RUN}/netra-backend-staging"),
    ("run.v1", "ListServicesResponse", _RUN),
    ("run.v1", "ListRevisionsResponse", _RUN.replace("services", "revisions")),
    ("run.v1", "Revision", f"{_RUN.replace('services', 'revisions')}/auth-staging-00017-dax"),
    ("cloudresourcemanager.v1", "Project", "/v1/projects/netra-staging"),
    ("serviceusage.v1", "ListServicesResponse", "/v1/projects/netra-staging/services"),
    ("certificatemanager.v1", "ListCertificatesResponse", f"{_GLOBAL}/certificates"),
    ("compute.v1", "SslCertificate", f"{GLOBAL}/sslCertificates/staging-netrasystems-ai-cert"),
    ("compute.v1", "SslCertificateList", f"{GLOBAL}/sslCertificates"),
    ("compute.v1", "SslCertificateAggregatedList", f"{_AGGREGATED}/sslCertificates"),
    ("compute.v1", "HealthCheck", f"{GLOBAL}/healthChecks/staging-backend-health-check"),
    ("compute.v1", "HealthCheckList", f"{GLOBAL}/healthChecks"),
    ("compute.v1", "HealthChecksAggregatedList", f"{_AGGREGATED}/healthChecks"),
    ("compute.v1", "BackendService", f"{GLOBAL}/backendServices/staging-backend-service"),
    ("compute.v1", "BackendService", f"{GLOBAL}/backendServices/netra-backend-staging"),
    ("compute.v1", "BackendServiceList", f"{GLOBAL}/backendServices"),
    ("compute.v1", "BackendServiceAggregatedList", f"{_AGGREGATED}/backendServices"),
    ("compute.v1", "TargetHttpsProxy", f"{GLOBAL}/targetHttpsProxies/staging-https-proxy"),
    ("compute.v1", "TargetHttpsProxyList", f"{GLOBAL}/targetHttpsProxies"),
    ("compute.v1", "TargetHttpsProxyAggregatedList", f"{_AGGREGATED}/targetHttpsProxies"),
    ("compute.v1", "UrlMap", f"{GLOBAL}/urlMaps/staging-url-map"),
    ("compute.v1", "UrlMapList", f"{GLOBAL}/urlMaps"),
    ("compute.v1", "UrlMapsAggregatedList", f"{_AGGREGATED}/urlMaps"),
    ("compute.v1", "Network", f"{GLOBAL}/networks/staging-vpc"),
    ("compute.v1", "NetworkList", f"{GLOBAL}/networks"),
    ("compute.v1", "Subnetwork", f"{_REGION}/subnetworks/staging-subnet"),
    ("compute.v1", "SubnetworkList", f"{_REGION}/subnetworks"),
    ("compute.v1", "SubnetworkAggregatedList", f"{_AGGREGATED}/subnetworks"),
    ("compute.v1", "NetworkEndpointGroupList", f"{_REGION}/networkEndpointGroups"),
    ("compute.v1", "ForwardingRule", f"{GLOBAL}/forwardingRules/staging-https-forwarding-rule"),
    ("compute.v1", "ForwardingRule", f"{_REGION}/forwardingRules/staging-internal-forwarding-rule"),
    ("compute.v1", "ForwardingRuleList", f"{_REGION}/forwardingRules"),
    ("compute.v1", "ForwardingRuleAggregatedList", f"{_AGGREGATED}/forwardingRules"),
    ("compute.v1", "BackendService", f"{_REGION}/backendServices/staging-internal-service"),
    ("compute.v1", "Instance", f"{_ZONE}/instances/staging-backend-1"),
    ("compute.v1", "InstanceList", f"{_ZONE}/instances"),
    ("compute.v1", "InstanceAggregatedList", f"{_AGGREGATED}/instances"),
    ("compute.v1", "InstanceGroup", f"{_ZONE}/instanceGroups/staging-backend"),
    ("compute.v1", "InstanceGroupAggregatedList", f"{_AGGREGATED}/instanceGroups"),
    ("compute.v1", "RegionList", "/compute/v1/projects/netra-staging/regions"),
    ("compute.v1", "Region", _REGION),
    ("compute.v1", "ZoneList", "/compute/v1/projects/netra-staging/zones"),
    ("compute.v1", "Zone", _ZONE),
    ("compute.v1", "OperationList", f"{_REGION}/operations"),
    ("compute.v1", "OperationList", f"{GLOBAL}/operations"),
    ("compute.v1", "OperationAggregatedList", f"{_AGGREGATED}/operations"),
    ("compute.v1", "InstanceGroupManagerList", f"{_ZONE}/instanceGroupManagers"),
]


@pytest.mark.parametrize(("api", "schema", "path"), ANSWERS, ids=[row[2] for row in ANSWERS])
def test_answer_fits_googles_schema(outage: Running, api: str, schema: str, path: str) -> None:
    answer = outage.http.get(path)

    assert answer.status_code == 200
    assert misfits(api, schema, answer.json()) == []


@pytest.mark.parametrize(("api", "schema", "path"), ANSWERS, ids=[row[2] for row in ANSWERS])
def test_answer_of_healthy_scenario_fits_too(
    healthy: Running, api: str, schema: str, path: str
) -> None:
    assert misfits(api, schema, healthy.get(path)) == []


def test_operations_of_all_kinds_fit(outage: Running) -> None:
    scaled = outage.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    restarted = outage.http.post(f"{INSTANCE}/restart")
    deleted = outage.http.delete(f"{GLOBAL}/forwardingRules/staging-https-forwarding-rule")

    assert misfits("vpcaccess.v1", "Operation", scaled.json()) == []
    assert misfits("sqladmin.v1", "Operation", restarted.json()) == []
    assert misfits("compute.v1", "Operation", deleted.json()) == []


def test_misfits_finds_an_unknown_field_and_a_wrong_type() -> None:
    wrong = {"name": 1, "colour": "red", "state": "FINE"}

    assert misfits("vpcaccess.v1", "Connector", wrong) == [
        "Connector.name: 1 is not a string",
        "Connector.colour: unknown field",
        (
            "Connector.state: 'FINE' is not one of "
            "['STATE_UNSPECIFIED', 'READY', 'CREATING', 'DELETING', 'ERROR', 'UPDATING']"
        ),
    ]
