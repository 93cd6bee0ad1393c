"""Compute Engine, driven by the real typed client."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1

from tests.runbook.simulator.running import GLOBAL, PROJECT, Running, running, until

LINK = "https://www.googleapis.com/compute/v1/projects/netra-staging/global"
HEALTH_CHECK = f"{GLOBAL}/healthChecks/staging-backend-health-check"
BACKEND = f"{GLOBAL}/backendServices/staging-backend-service"
HOST = "staging.netrasystems.ai"
PROXY = f"{GLOBAL}/targetHttpsProxies/staging-https-proxy"


@contextmanager
def _client(kind: Any, simulator: Running) -> Iterator[Any]:
    with kind(
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": simulator.address},
    ) as client:
        yield client


def _finish(simulator: Running, answer: Any) -> Any:
    path = f"{GLOBAL}/operations/{answer.json()['name']}"
    until(lambda: simulator.get(path)["status"] == "DONE")
    return simulator.get(path)


def _message(answer: Any, code: int) -> str:
    assert answer.status_code == code, answer.text
    error = answer.json()["error"]
    assert error["errors"][0]["message"] == error["message"]
    return str(error["message"])


def test_typed_client_reads_what_the_outage_holds(outage: Running) -> None:
    with _client(compute_v1.SslCertificatesClient, outage) as client:
        certificate = client.get(
            project=PROJECT, ssl_certificate="staging-netrasystems-ai-cert", retry=None
        )
    with _client(compute_v1.HealthChecksClient, outage) as client:
        checks = list(client.list(project=PROJECT, retry=None))

    assert certificate.managed.status == "PROVISIONING"
    assert list(certificate.managed.domains) == [
        "staging.netrasystems.ai",
        "api-staging.netrasystems.ai",
    ]
    assert [
        (one.check_interval_sec, one.timeout_sec, one.unhealthy_threshold) for one in checks
    ] == [
        (10, 5, 3),
        (10, 5, 2),
    ]


def test_typed_client_patches_and_waits(outage: Running) -> None:
    wanted = compute_v1.HealthCheck(check_interval_sec=30, timeout_sec=20)
    with _client(compute_v1.HealthChecksClient, outage) as client:
        begun = client.patch_unary(
            project=PROJECT,
            health_check="staging-backend-health-check",
            health_check_resource=wanted,
            retry=None,
        )
    with _client(compute_v1.GlobalOperationsClient, outage) as client:
        ended = client.wait(project=PROJECT, operation=begun.name, retry=None)

    assert begun.status == compute_v1.Operation.Status.RUNNING
    assert ended.status == compute_v1.Operation.Status.DONE
    assert ended.progress == 100
    assert ended.target_link == f"{LINK}/healthChecks/staging-backend-health-check"
    changed = outage.get(HEALTH_CHECK)
    assert (changed["checkIntervalSec"], changed["timeoutSec"]) == (30, 20)
    assert changed["unhealthyThreshold"] == 2


def test_aggregated_list_is_read_by_the_typed_client(outage: Running) -> None:
    with _client(compute_v1.SubnetworksClient, outage) as client:
        scopes = dict(client.aggregated_list(project=PROJECT, retry=None))

    names = {scope: [one.name for one in found.subnetworks] for scope, found in scopes.items()}
    assert names == {
        "regions/europe-west1": [],
        "regions/us-central1": ["staging-subnet"],
        "regions/us-east1": [],
    }
    assert scopes["regions/us-east1"].warning.code == "NO_RESULTS_ON_PAGE"


def test_unknown_resource_is_not_found_for_the_typed_client(outage: Running) -> None:
    with (
        _client(compute_v1.BackendServicesClient, outage) as client,
        pytest.raises(exceptions.NotFound) as refused,
    ):
        client.get(project=PROJECT, backend_service="nix", retry=None)

    assert "The resource 'projects/netra-staging/global/backendServices/nix' was not found" in str(
        refused.value
    )


def test_operation_shows_progress_and_get_does_not_wait() -> None:
    clock = [1_800_000_000.0]
    with running(scenario="issue-1278", now=lambda: clock[0]) as simulator:
        begun = simulator.http.patch(HEALTH_CHECK, json={"checkIntervalSec": 30}).json()
        path = f"{GLOBAL}/operations/{begun['name']}"
        clock[0] += 1
        looked = simulator.get(path)
        clock[0] += 60
        waited = simulator.http.post(f"{path}/wait").json()

    assert (begun["status"], begun["progress"]) == ("RUNNING", 0)
    assert (looked["status"], 0 < looked["progress"] < 100) == ("RUNNING", True)
    assert (waited["status"], waited["progress"]) == ("DONE", 100)


def test_timeout_above_the_interval_is_refused(outage: Running) -> None:
    answer = outage.http.patch(HEALTH_CHECK, json={"checkIntervalSec": 30, "timeoutSec": 60})

    assert _message(answer, 400).startswith("Invalid value for field 'resource.timeoutSec': '60'.")


def test_threshold_out_of_range_is_refused(outage: Running) -> None:
    answer = outage.http.patch(HEALTH_CHECK, json={"unhealthyThreshold": 11})

    assert "Must be between 1 and 10" in _message(answer, 400)


def test_put_replaces_and_keeps_identity(outage: Running) -> None:
    before = outage.get(HEALTH_CHECK)
    whole = {
        "name": "ignored",
        "type": "TCP",
        "checkIntervalSec": 20,
        "tcpHealthCheck": {"port": 1},
    }
    _finish(outage, outage.http.put(HEALTH_CHECK, json=whole))
    after = outage.get(HEALTH_CHECK)

    assert (after["id"], after["name"], after["type"]) == (before["id"], before["name"], "TCP")
    assert "httpHealthCheck" not in after
    assert (after["checkIntervalSec"], after["timeoutSec"]) == (20, 5)


def test_change_during_a_change_is_not_ready(outage: Running) -> None:
    outage.arm(match=HEALTH_CHECK, method="PATCH", kind="operation-never-ends")
    outage.http.patch(HEALTH_CHECK, json={"checkIntervalSec": 30})

    answer = outage.http.patch(HEALTH_CHECK, json={"checkIntervalSec": 60})

    assert _message(answer, 400).endswith("is not ready")
    assert answer.json()["error"]["errors"][0]["reason"] == "resourceNotReady"


def test_repeated_request_id_gives_the_same_operation(outage: Running) -> None:
    path = f"{HEALTH_CHECK}?requestId={uuid.uuid4()}"
    first = outage.http.patch(path, json={"checkIntervalSec": 30})
    again = outage.http.patch(path, json={"checkIntervalSec": 30})
    _finish(outage, first)
    later = outage.http.patch(path, json={"checkIntervalSec": 30})

    assert first.json()["name"] == again.json()["name"] == later.json()["name"]
    assert later.json()["status"] == "DONE"


def test_fingerprint_is_required_and_must_be_fresh(outage: Running) -> None:
    fingerprint = outage.get(BACKEND)["fingerprint"]
    missing = outage.http.patch(BACKEND, json={"timeoutSec": 600})
    wanted = {"timeoutSec": 600, "fingerprint": fingerprint}
    _finish(outage, outage.http.patch(BACKEND, json=wanted))
    stale = outage.http.patch(BACKEND, json=wanted)

    assert _message(missing, 400) == "Required field 'resource.fingerprint' not specified"
    assert _message(stale, 412) == "Invalid fingerprint."
    assert stale.json()["error"]["errors"][0]["reason"] == "conditionNotMet"
    assert outage.get(BACKEND)["timeoutSec"] == 600
    assert outage.get(BACKEND)["fingerprint"] != fingerprint


def test_serverless_back_end_takes_neither_timeout_nor_health_check(outage: Running) -> None:
    path = f"{GLOBAL}/backendServices/netra-backend-staging"
    before = outage.get(path)
    check = "global/healthChecks/staging-backend-health-check"

    timeout = outage.http.patch(path, json=before | {"timeoutSec": 600})
    health = outage.http.patch(path, json=before | {"healthChecks": [check]})
    harmless = outage.http.patch(path, json=before | {"description": "same time-out as before"})

    assert "Timeout sec is not supported" in _message(timeout, 400)
    assert "cannot have health checks" in _message(health, 400)
    assert harmless.status_code == 200


def test_health_of_a_group_follows_the_application(outage: Running, healthy: Running) -> None:
    group = {"group": outage.get(BACKEND)["backends"][0]["group"]}
    sick = outage.http.post(f"{BACKEND}/getHealth", json=group).json()
    well = healthy.http.post(f"{BACKEND}/getHealth", json=group).json()
    stranger = outage.http.post(f"{BACKEND}/getHealth", json={"group": "nix"})

    assert sick["healthStatus"][0]["healthState"] == "UNHEALTHY"
    assert well["healthStatus"][0]["healthState"] == "HEALTHY"
    assert stranger.status_code == 400


def test_member_of_a_group_has_the_address_of_its_instance(healthy: Running) -> None:
    zone = "/compute/v1/projects/netra-staging/zones/us-central1-a"
    service = f"{GLOBAL}/backendServices/staging-auth-service"
    group = {"group": healthy.get(service)["backends"][0]["group"]}
    (member,) = healthy.http.post(f"{service}/getHealth", json=group).json()["healthStatus"]
    (interface,) = healthy.get(f"{zone}/instances/staging-auth-1")["networkInterfaces"]

    assert member["instance"].endswith("/staging-auth-1")
    assert member["ipAddress"] == interface["networkIP"]


def test_serverless_group_has_no_members(outage: Running) -> None:
    path = f"{GLOBAL}/backendServices/netra-backend-staging"
    group = {"group": outage.get(path)["backends"][0]["group"]}

    assert outage.http.post(f"{path}/getHealth", json=group).json() == {
        "kind": "compute#backendServiceGroupHealth"
    }


def test_new_certificate_is_provisioning_and_then_active() -> None:
    body = {"name": "new", "type": "MANAGED", "managed": {"domains": [HOST]}}
    path = f"{GLOBAL}/sslCertificates"
    clock = [1_800_000_000.0]
    with running(scenario="issue-1278", now=lambda: clock[0]) as simulator:
        begun = simulator.http.post(path, json=body).json()
        clock[0] += 5
        first = simulator.get(f"{path}/new")
        clock[0] += 60
        last = simulator.get(f"{path}/new")

    assert begun["operationType"] == "insert"
    assert first["managed"]["status"] == "PROVISIONING"
    assert first["managed"]["domainStatus"] == {HOST: "PROVISIONING"}
    assert last["managed"]["domainStatus"] == {HOST: "ACTIVE"}
    assert ("expireTime" in first, "expireTime" in last) == (False, True)


def test_certificate_of_a_name_that_points_elsewhere_stays_provisioning(outage: Running) -> None:
    body = {"name": "new", "managed": {"domains": [HOST, "elsewhere.example.com"]}}
    _finish(outage, outage.http.post(f"{GLOBAL}/sslCertificates", json=body))
    path = f"{GLOBAL}/sslCertificates/new"
    until(lambda: outage.get(path)["managed"]["domainStatus"][HOST] == "ACTIVE")

    assert outage.get(path)["managed"]["status"] == "PROVISIONING"
    assert outage.get(path)["managed"]["domainStatus"] == {
        HOST: "ACTIVE",
        "elsewhere.example.com": "FAILED_NOT_VISIBLE",
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "UPPER"}, "Invalid value for field 'resource.name': 'UPPER'."),
        ({"name": "new", "type": "MANAGED"}, "Required field 'resource.managed.domains'"),
        ({"name": "new", "managed": {"domains": ["*.example.com"]}}, "Invalid value for field"),
        ({"name": "new", "managed": {"domains": ["no host"]}}, "Invalid value for field"),
        ({"name": "new"}, "Required field 'resource.certificate' not specified"),
    ],
)
def test_certificate_that_google_would_refuse_is_refused(
    outage: Running, body: dict[str, Any], message: str
) -> None:
    answer = outage.http.post(f"{GLOBAL}/sslCertificates", json=body)

    assert _message(answer, 400).startswith(message)


def test_certificate_of_ones_own_never_shows_its_key(outage: Running) -> None:
    body = {"name": "own", "certificate": "public", "privateKey": "private"}
    _finish(outage, outage.http.post(f"{GLOBAL}/sslCertificates", json=body))

    shown = outage.get(f"{GLOBAL}/sslCertificates/own")
    assert (shown["type"], "privateKey" in shown) == ("SELF_MANAGED", False)


def test_existing_name_cannot_be_inserted(outage: Running) -> None:
    body = {"name": "staging-netrasystems-ai-cert", "managed": {"domains": ["a.example.com"]}}

    assert "already exists" in _message(
        outage.http.post(f"{GLOBAL}/sslCertificates", json=body), 409
    )


def test_certificate_in_use_cannot_be_deleted(outage: Running) -> None:
    answer = outage.http.delete(f"{GLOBAL}/sslCertificates/staging-netrasystems-ai-cert")

    assert "is already being used by" in _message(answer, 400)


def test_proxy_takes_links_in_any_form(outage: Running) -> None:
    body = {"name": "new", "managed": {"domains": ["a.example.com"]}}
    _finish(outage, outage.http.post(f"{GLOBAL}/sslCertificates", json=body))
    path = "/compute/v1/projects/netra-staging/targetHttpsProxies/staging-https-proxy"
    links = [
        "http://127.0.0.1:1/compute/v1/projects/netra-staging/global/sslCertificates/new",
        "global/sslCertificates/staging-netrasystems-ai-cert",
    ]

    begun = outage.http.post(f"{path}/setSslCertificates", json={"sslCertificates": links})
    _finish(outage, begun)

    assert outage.get(PROXY)["sslCertificates"] == [
        f"{LINK}/sslCertificates/new",
        f"{LINK}/sslCertificates/staging-netrasystems-ai-cert",
    ]


@pytest.mark.parametrize(("links", "code"), [([], 400), (["global/sslCertificates/nowhere"], 404)])
def test_proxy_refuses_certificates_that_cannot_be(
    outage: Running, links: list[str], code: int
) -> None:
    wanted = {"fingerprint": outage.get(PROXY)["fingerprint"], "sslCertificates": links}

    assert outage.http.patch(PROXY, json=wanted).status_code == code


def test_failed_operation_has_errors_and_changes_nothing(outage: Running) -> None:
    before = outage.get(HEALTH_CHECK)
    outage.arm(match=HEALTH_CHECK, kind="operation-fails")
    ended = _finish(outage, outage.http.patch(HEALTH_CHECK, json={"checkIntervalSec": 30}))

    assert ended["error"]["errors"][0]["code"] == "INTERNAL_ERROR"
    assert ended["httpErrorStatusCode"] == 500
    assert outage.get(HEALTH_CHECK) == before


def test_nothing_of_a_global_collection_is_in_a_region(outage: Running) -> None:
    path = HEALTH_CHECK.replace("/global/", "/regions/us-central1/")
    name = "projects/netra-staging/regions/us-central1/healthChecks/staging-backend-health-check"

    assert _message(outage.http.get(path), 404) == f"The resource '{name}' was not found"


def test_other_projects_do_not_exist(outage: Running) -> None:
    path = GLOBAL.replace("netra-staging", "other-project")
    message = "The resource 'projects/other-project' was not found"

    assert _message(outage.http.get(f"{path}/networks/staging-vpc"), 404) == message
