"""The application's own hosts: their health follows connector and database."""

from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, INSTANCE, Running, until

FRONTEND = {"host": "staging.netrasystems.ai"}
API = {"host": "api-staging.netrasystems.ai"}


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
