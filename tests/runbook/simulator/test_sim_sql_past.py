"""What Cloud SQL remembers: backups, operations of the past, flags of each version."""

import pytest

from tests.runbook.simulator.running import INSTANCE, Running

PROJECT = "/v1/projects/netra-staging"


def _flag_names(simulator: Running, version: str) -> set[str]:
    listed = simulator.get(f"/v1/flags?databaseVersion={version}").get("items", [])
    return {flag["name"] for flag in listed}


def test_backups_of_an_instance_are_listed_newest_first(outage: Running) -> None:
    runs = outage.get(f"{INSTANCE}/backupRuns")["items"]

    assert [run["status"] for run in runs] == ["FAILED", *["SUCCESSFUL"] * 3]
    assert outage.get(f"{PROJECT}/instances/-/backupRuns")["items"] == runs
    assert outage.get(f"{INSTANCE}/backupRuns/{runs[1]['id']}") == runs[1]
    assert outage.http.get(f"{INSTANCE}/backupRuns/1").status_code == 404
    assert outage.http.get(f"{PROJECT}/instances/nix/backupRuns").status_code == 404


def test_backups_of_the_project_are_the_same(outage: Running) -> None:
    backups = outage.get(f"{PROJECT}/backups")["backups"]
    filtered = outage.get(f"{PROJECT}/backups?filter=state=FAILED")["backups"]

    assert [one["state"] for one in backups] == ["FAILED", *["SUCCESSFUL"] * 3]
    assert filtered == backups[:1]


def test_operations_of_the_past_follow_the_newer_ones(outage: Running) -> None:
    outage.http.post(f"{INSTANCE}/restart")
    listed = outage.get(f"{PROJECT}/operations?instance=netra-staging-db&maxResults=2")["items"]

    assert [one["operationType"] for one in listed] == ["RESTART", "MAINTENANCE"]
    assert outage.get(f"{PROJECT}/operations/{listed[1]['name']}") == listed[1]
    assert listed[1]["error"]["errors"][0]["code"] == "INTERNAL_ERROR"


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        ("POSTGRES_13", "statement_timeout", "idle_session_timeout"),
        ("POSTGRES_17", "transaction_timeout", "wait_timeout"),
        ("MYSQL_8_0", "wait_timeout", "statement_timeout"),
        ("SQLSERVER_2022_WEB", "", "max_connections"),
    ],
)
def test_flags_follow_the_database_version(
    healthy: Running, version: str, has: str, lacks: str
) -> None:
    names = _flag_names(healthy, version)

    assert {has} - {""} <= names
    assert lacks not in names


def test_restart_leaves_the_settings_version(healthy: Running) -> None:
    before = healthy.get(INSTANCE)["settings"]["settingsVersion"]
    healthy.http.post(f"{INSTANCE}/restart")

    assert healthy.get(INSTANCE)["settings"]["settingsVersion"] == before


def test_private_network_must_be_peered_with_googles_services(healthy: Running) -> None:
    body = {"settings": {"ipConfiguration": {"privateNetwork": "projects/p/global/networks/nix"}}}
    refused = healthy.http.patch(INSTANCE, json=body)

    assert refused.status_code == 400
    assert "SERVICE_NETWORKING_NOT_ENABLED" in refused.json()["error"]["message"]
