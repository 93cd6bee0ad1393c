"""Repairs that do not fit what is broken: Google takes them, and the application stays down."""

from collections.abc import Callable

import pytest

from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running, running, until

SITE = {"host": "staging.netrasystems.ai"}
SECRET = "/v1/projects/netra-staging/secrets/jwt-secret-staging"
AUTH = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/auth-staging"
BACKEND = AUTH.replace("auth-staging", "netra-backend-staging")
PROXY = f"{GLOBAL}/targetHttpsProxies/staging-https-proxy".replace("/global", "")


def _scale_by_one(simulator: Running) -> None:
    restarted = simulator.http.post(f"{INSTANCE}/restart")
    scaled = simulator.http.patch(CONNECTOR, json={"minInstances": 2, "maxInstances": 4})
    assert (restarted.status_code, scaled.status_code) == (200, 200)
    until(lambda: simulator.get(CONNECTOR)["state"] == "READY")


def _serve(simulator: Running, name: str) -> None:
    link = f"projects/netra-staging/global/sslCertificates/{name}"
    body = {"sslCertificates": [link]}
    simulator.http.post(f"{PROXY}/setSslCertificates", json=body).raise_for_status()
    until(lambda: name in simulator.http.get(PROXY.replace("/targetH", "/global/targetH")).text)


def _serve_a_certificate_that_is_not_active(simulator: Running) -> None:
    body = {"name": "early", "managed": {"domains": ["elsewhere.example.com"]}}
    simulator.http.post(f"{GLOBAL}/sslCertificates", json=body).raise_for_status()
    until(lambda: simulator.http.get(f"{GLOBAL}/sslCertificates/early").status_code == 200)
    _serve(simulator, "early")


def _allow_too_few_connections(simulator: Running) -> None:
    flags = [{"name": "max_connections", "value": "60"}]
    simulator.http.patch(INSTANCE, json={"settings": {"databaseFlags": flags}}).raise_for_status()
    until(lambda: simulator.get(INSTANCE)["settings"]["databaseFlags"] == flags)


def _enable_the_older_version(simulator: Running) -> None:
    simulator.http.post(f"{SECRET}/versions/1:enable", json={}).raise_for_status()


def _deploy_as_it_is(simulator: Running) -> None:
    service = simulator.get(AUTH)
    service["spec"]["template"]["metadata"].pop("name")
    service["spec"]["template"]["spec"]["timeoutSeconds"] = 310
    simulator.http.put(AUTH, json=service).raise_for_status()
    until(lambda: simulator.get(AUTH)["status"]["conditions"][0]["status"] == "False")


def _update_in_error(simulator: Running) -> None:
    refused = simulator.http.patch(CONNECTOR, json={"minInstances": 4, "maxInstances": 10})
    assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"


def _restart_only(simulator: Running) -> None:
    simulator.http.post(f"{INSTANCE}/restart").raise_for_status()
    until(lambda: simulator.get(INSTANCE)["state"] == "RUNNABLE")


def _send_traffic_to_the_newest(simulator: Running) -> None:
    service = simulator.get(BACKEND)
    newest = service["status"]["latestReadyRevisionName"]
    service["spec"]["traffic"] = [{"revisionName": newest, "percent": 100}]
    simulator.http.put(BACKEND, json=service).raise_for_status()
    until(lambda: simulator.get(BACKEND)["status"]["conditions"][0]["status"] == "True")


def _restart_what_is_stopped(simulator: Running) -> None:
    assert simulator.http.post(f"{INSTANCE}/restart").status_code == 400


WRONG: dict[str, tuple[Callable[[Running], None], str]] = {
    "issue-1278": (_scale_by_one, "VPC connector staging-connector has 2 instances, too few"),
    "certificate-expired": (
        _serve_a_certificate_that_is_not_active,
        "Certificate early is PROVISIONING, not ACTIVE",
    ),
    "sql-connections-exhausted": (_allow_too_few_connections, "80 wanted, 60 allowed"),
    "secret-disabled": (_enable_the_older_version, "versions/latest is in DISABLED state"),
    "permission-lost": (_deploy_as_it_is, "auth-staging is failing"),
    "quota": (_update_in_error, "VPC connector staging-connector is ERROR"),
    "region-outage": (_restart_only, "VPC connector staging-connector is ERROR"),
    "bad-release": (_send_traffic_to_the_newest, "column users.locale does not exist"),
    "database-stopped": (_restart_what_is_stopped, "netra-staging-db is stopped"),
}


@pytest.mark.parametrize("scenario", WRONG)
def test_wrong_repair_leaves_the_application_down(scenario: str) -> None:
    repair, told = WRONG[scenario]
    with running(scenario=scenario, speed=100) as simulator:
        repair(simulator)

        health = simulator.http.get("/health", headers=SITE)
        assert health.status_code == 503
        assert told in " ".join(health.json()["errors"])
