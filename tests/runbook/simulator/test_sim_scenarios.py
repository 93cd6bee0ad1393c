"""Each scenario from broken to repaired, through the calls that commands make."""

from collections.abc import Callable
from typing import Any

import pytest

from runbook.simulator.needs import is_known
from runbook.simulator.scenario import names, resources_of
from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running, running, until

SITE = {"host": "staging.netrasystems.ai"}
SECRETS = "/v1/projects/netra-staging/secrets"
SERVICES = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services"
PROXY = f"{GLOBAL}/targetHttpsProxies/staging-https-proxy"
CONNECTORS = CONNECTOR.rpartition("/")[0]


def _errors(simulator: Running) -> Any:
    return simulator.http.get("/health", headers=SITE).json()["errors"]


def _websocket(simulator: Running) -> Any:
    return simulator.get("/_simulator/site/websocket?host=staging.netrasystems.ai")["status"]


def _latest_errors(simulator: Running) -> str:
    """Everything that was logged as an error of late, as text."""
    body = {
        "resourceNames": ["projects/netra-staging"],
        "filter": "severity>=WARNING",
        "orderBy": "timestamp desc",
    }
    answer = simulator.http.post("/v2/entries:list", json=body)
    if answer.status_code == 429:
        return _latest_errors(simulator)
    return answer.text


def _deploy(simulator: Running, name: str, **changes: Any) -> None:
    service = simulator.get(f"{SERVICES}/{name}")
    service["spec"]["template"]["metadata"].pop("name", None)
    service["spec"]["template"]["spec"] |= changes
    simulator.http.put(f"{SERVICES}/{name}", json=service).raise_for_status()


def _recreate_connector(simulator: Running, machine: str) -> None:
    simulator.http.delete(CONNECTOR).raise_for_status()
    until(lambda: simulator.http.get(CONNECTOR).status_code == 404)
    body = {
        "network": "staging-vpc",
        "ipCidrRange": "10.1.0.0/28",
        "machineType": machine,
        "minInstances": 3,
        "maxInstances": 10,
    }
    made = simulator.http.post(f"{CONNECTORS}?connectorId=staging-connector", json=body)
    made.raise_for_status()
    until(lambda: simulator.get(CONNECTOR)["state"] != "CREATING")


def _patch(simulator: Running, **settings: Any) -> None:
    simulator.http.patch(INSTANCE, json={"settings": settings}).raise_for_status()


def _repair_issue(simulator: Running) -> None:
    scaled = {"minInstances": 3, "maxInstances": 10}
    simulator.http.patch(CONNECTOR, json=scaled).raise_for_status()
    simulator.http.post(f"{INSTANCE}/restart").raise_for_status()


def _replace_certificate(simulator: Running) -> None:
    path = f"{GLOBAL}/sslCertificates"
    body = {
        "name": "fresh",
        "managed": {"domains": [*SITE.values(), "api-staging.netrasystems.ai"]},
    }
    simulator.http.post(path, json=body).raise_for_status()
    until(lambda: '"status":"ACTIVE"' in simulator.http.get(f"{path}/fresh").text)
    link = "https://www.googleapis.com/compute/v1/projects/netra-staging/global/sslCertificates"
    changed = simulator.http.post(
        f"{PROXY.replace('/global', '')}/setSslCertificates",
        json={"sslCertificates": [f"{link}/fresh"]},
    )
    changed.raise_for_status()


def _allow_connections(simulator: Running) -> None:
    _patch(simulator, databaseFlags=[{"name": "max_connections", "value": "200"}])


def _enable_secret(simulator: Running) -> None:
    version = f"{SECRETS}/jwt-secret-staging/versions/2"
    assert simulator.http.get(f"{version}:access").status_code == 400
    simulator.http.post(f"{version}:enable", json={}).raise_for_status()


def _change_account(simulator: Running) -> None:
    path = f"{SECRETS}/jwt-secret-staging/versions/latest:access"
    assert simulator.http.get(path).status_code == 403
    account = "841234567890-compute@developer.gserviceaccount.com"
    _deploy(simulator, "auth-staging", serviceAccountName=account)


def _use_small_machines(simulator: Running) -> None:
    _recreate_connector(simulator, "e2-standard-4")
    assert simulator.get(CONNECTOR)["state"] == "ERROR"
    _recreate_connector(simulator, "e2-micro")


def _rebuild(simulator: Running) -> None:
    _recreate_connector(simulator, "e2-micro")
    simulator.http.post(f"{INSTANCE}/restart").raise_for_status()
    assert simulator.http.get(SERVICES).status_code == 503
    _deploy(simulator, "auth-staging", timeoutSeconds=310)


def _roll_back(simulator: Running) -> None:
    path = f"{SERVICES}/netra-backend-staging"
    service = simulator.get(path)
    earlier = "netra-backend-staging-00042-vib"
    service["spec"]["traffic"] = [{"revisionName": earlier, "percent": 100}]
    simulator.http.put(path, json=service).raise_for_status()


def _start_database(simulator: Running) -> None:
    assert simulator.http.post(f"{INSTANCE}/restart").status_code == 400
    _patch(simulator, activationPolicy="ALWAYS")


REPAIRS: dict[str, tuple[str, str, Callable[[Running], None]]] = {
    "issue-1278": ("connector", "timed out after 35.0 s", _repair_issue),
    "certificate-expired": (
        "certificate:staging-https-proxy",
        "certificate has expired",
        _replace_certificate,
    ),
    "sql-connections-exhausted": (
        "connections:netra-staging-db",
        "remaining connection slots are reserved",
        _allow_connections,
    ),
    "secret-disabled": ("secret:jwt-secret-staging", "in DISABLED state", _enable_secret),
    "permission-lost": (
        "service:auth-staging",
        "Permission 'secretmanager.versions.access' denied",
        _change_account,
    ),
    "quota": ("connector", "Insufficient CPU quota in region.", _use_small_machines),
    "region-outage": ("service:auth-staging", "no available instance", _rebuild),
    "bad-release": ("service:netra-backend-staging", "users.locale", _roll_back),
    "database-stopped": ("database", "is the server running?", _start_database),
}


@pytest.mark.parametrize("scenario", REPAIRS)
def test_scenario_is_broken_and_can_be_repaired(scenario: str) -> None:
    component, told, repair = REPAIRS[scenario]
    with running(scenario=scenario, speed=100) as simulator:
        health = simulator.http.get("/health", headers=SITE).json()
        assert health["components"][component]["status"] == "unhealthy"
        assert _websocket(simulator) == 503
        assert told in _latest_errors(simulator)

        repair(simulator)

        until(lambda: _errors(simulator) == [])
        assert _websocket(simulator) == 101


def test_every_scenario_but_the_good_day_has_a_repair() -> None:
    assert sorted({*REPAIRS, "healthy"}) == names()


@pytest.mark.parametrize("scenario", names())
def test_lines_and_series_follow_components_of_the_scenario(scenario: str) -> None:
    _, resources = resources_of(scenario)
    application = resources["site/application"]
    needs = {**application.get("needs", {}), **application.get("watches", {})}
    followers = {
        body["while"]
        for key, body in resources.items()
        if key.startswith(("logging/lines/", "monitoring/series/")) and "while" in body
    }

    assert followers <= {"connector", "database", *needs}
    assert all(is_known(need) for need in needs)


def test_release_that_never_starts_leaves_the_traffic() -> None:
    image = "us-central1-docker.pkg.dev/netra-staging/apps/backend:2026.01.20"
    with running(scenario="bad-release", speed=100) as simulator:
        path = f"{SERVICES}/netra-backend-staging"
        containers = simulator.get(path)["spec"]["template"]["spec"]["containers"]
        _deploy(simulator, "netra-backend-staging", containers=[containers[0] | {"image": image}])
        until(lambda: simulator.get(path)["status"]["conditions"][0]["status"] == "False")

        served = simulator.get(path)["status"]["traffic"][0]["revisionName"]
        assert served == "netra-backend-staging-00043-kop"
