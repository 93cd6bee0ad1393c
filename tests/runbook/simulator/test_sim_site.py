"""The application's own hosts: their health follows connector and database."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running, running, until
from tests.support.tls_server import make_certificate

FRONTEND = {"host": "staging.netrasystems.ai"}
API = {"host": "api-staging.netrasystems.ai"}
PROXY = "/compute/v1/projects/netra-staging/targetHttpsProxies/staging-https-proxy"


def _errors(simulator: Running) -> Any:
    answer = simulator.http.get("/health/infrastructure", headers=FRONTEND)
    errors = answer.json()["errors"]
    assert answer.status_code == (503 if errors else 200)
    return errors


@pytest.mark.parametrize("path", ["/", "/health", "/auth/health", "/health/infrastructure"])
def test_health_pages_of_a_healthy_project_answer_200(healthy: Running, path: str) -> None:
    for host in (FRONTEND, API):
        answer = healthy.http.get(path, headers=host)
        assert (answer.status_code, answer.json()["status"]) == (200, "healthy")


def test_outage_is_told_by_component_until_both_are_repaired(outage: Running) -> None:
    assert _errors(outage) == [
        "VPC connector staging-connector is CREATING, not READY",
        "Cloud SQL instance netra-staging-db is MAINTENANCE, not RUNNABLE",
    ]

    outage.http.patch(CONNECTOR, json={"minInstances": 2, "maxInstances": 10})
    outage.http.post(f"{INSTANCE}/restart")
    until(lambda: len(_errors(outage)) == 1)
    assert _errors(outage) == ["VPC connector staging-connector has 2 instances, too few"]

    outage.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    until(lambda: _errors(outage) == [])


def test_components_say_which_one_is_down(outage: Running) -> None:
    outage.http.post(f"{INSTANCE}/restart")
    until(lambda: outage.get(INSTANCE)["state"] == "RUNNABLE")

    components = outage.http.get("/health", headers=API).json()["components"]

    assert components["connector"]["status"] == "unhealthy"
    assert components["database"] == {"status": "healthy", "detail": None}


def test_deleted_connector_is_missed(healthy: Running) -> None:
    healthy.http.delete(CONNECTOR)
    until(lambda: healthy.http.get(CONNECTOR).status_code == 404)

    assert _errors(healthy) == ["VPC connector staging-connector does not exist"]


def test_head_answers_without_a_body(healthy: Running) -> None:
    answer = healthy.http.head("/health", headers=FRONTEND)

    assert (answer.status_code, answer.content) == (200, b"")


def test_hosts_and_apis_do_not_mix(healthy: Running) -> None:
    assert healthy.http.get("/health").status_code == 404
    assert healthy.http.get(CONNECTOR, headers=FRONTEND).status_code == 404


def _probe(simulator: Running, name: str, host: str, **more: str) -> Any:
    query = {"host": host} | more
    return simulator.http.get(f"/_simulator/site/{name}", params=query).json()


def test_names_point_to_the_load_balancer(healthy: Running) -> None:
    host = FRONTEND["host"]
    found = _probe(healthy, "dns", host)

    assert found["status"] == "NOERROR"
    assert [(one["name"], one["type"]) for one in found["answers"]] == [(host, "A")]
    assert _probe(healthy, "dns", host, type="MX") == {"status": "NOERROR", "answers": []}
    assert _probe(healthy, "dns", "nix.example.com") == {"status": "NXDOMAIN", "answers": []}


def test_certificate_of_the_proxy_is_served(healthy: Running) -> None:
    found = _probe(healthy, "certificate", FRONTEND["host"])

    assert found["names"] == [FRONTEND["host"], API["host"]]
    assert (found["served"], found["verified"], found["why"]) == (True, True, "")
    assert found["not_before"] < found["not_after"]
    assert [link["issuer"][-1][1] for link in found["chain"]] == ["WR3", *["GTS Root R1"] * 2]


def test_certificate_that_is_provisioned_is_not_served_yet(outage: Running) -> None:
    found = _probe(outage, "certificate", FRONTEND["host"])

    assert found == {"served": False, "why": f"no certificate is served for {FRONTEND['host']}"}


def test_expired_certificate_is_served_and_not_verified() -> None:
    with running(scenario="certificate-expired") as simulator:
        found = _probe(simulator, "certificate", API["host"])

    assert (found["served"], found["verified"]) == (True, False)
    assert (found["not_after"], found["why"]) == (
        "2024-12-31T23:59:59Z",
        "certificate has expired",
    )


@pytest.mark.parametrize(
    ("names", "days", "errors"),
    [
        (("staging.netrasystems.ai", "api-staging.netrasystems.ai"), 30, []),
        (("*.netrasystems.ai",), 30, []),
        (("*.netrasystems.ai",), -1, ["Certificate own expired at"]),
        (
            ("staging.netrasystems.ai",),
            30,
            ["No certificate of proxy staging-https-proxy names api-staging.netrasystems.ai"],
        ),
    ],
)
def test_certificate_that_is_uploaded_is_served_for_its_names(
    tmp_path: Path, names: tuple[str, ...], days: int, errors: list[str]
) -> None:
    pem = make_certificate(tmp_path, ends_in=timedelta(days=days), names=names).read_text()
    body = {"name": "own", "certificate": pem, "privateKey": "private"}
    path = f"{GLOBAL}/sslCertificates"
    with running(scenario="certificate-expired", speed=100) as simulator:
        simulator.http.post(path, json=body).raise_for_status()
        until(lambda: simulator.http.get(f"{path}/own").status_code == 200)
        link = {"sslCertificates": [simulator.get(f"{path}/own")["selfLink"]]}
        simulator.http.post(f"{PROXY}/setSslCertificates", json=link).raise_for_status()
        until(lambda: "own" in _served_names(simulator))
        found = simulator.http.get("/health", headers=FRONTEND).json()["errors"]

    assert [told[: len(wanted)] for told, wanted in zip(found, errors, strict=True)] == errors


def _served_names(simulator: Running) -> str:
    proxy = simulator.get(f"{GLOBAL}/targetHttpsProxies/staging-https-proxy")
    return " ".join(link.rpartition("/")[2] for link in proxy["sslCertificates"])


def test_websocket_follows_the_application(healthy: Running, outage: Running) -> None:
    assert _probe(healthy, "websocket", FRONTEND["host"])["status"] == 101
    assert _probe(outage, "websocket", FRONTEND["host"])["reason"] == "Service Unavailable"


def test_probes_know_the_hosts_of_the_application_only(healthy: Running) -> None:
    for probe in ("certificate?host=example.com", "websocket?host=", "nix?host=x"):
        answer = healthy.http.get(f"/_simulator/site/{probe}")
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
