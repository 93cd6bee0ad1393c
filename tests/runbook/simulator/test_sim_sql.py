"""Cloud SQL instances, driven by the real discovery client."""

from typing import Any

import pytest

from tests.runbook.simulator.running import INSTANCE, PROJECT, Running, until

OPERATIONS = "/v1/projects/netra-staging/operations"


def _flags(simulator: Running) -> dict[str, str]:
    listed = simulator.get(INSTANCE)["settings"]["databaseFlags"]
    return {flag["name"]: flag["value"] for flag in listed}


def _patch(simulator: Running, **settings: Any) -> Any:
    return simulator.http.patch(INSTANCE, json={"settings": settings})


def _finish(simulator: Running, answer: Any) -> Any:
    path = f"{OPERATIONS}/{answer.json()['name']}"
    until(lambda: simulator.get(path)["status"] == "DONE")
    return simulator.get(path)


def test_instance_of_the_outage_is_in_maintenance(outage: Running) -> None:
    with outage.client("sqladmin", "v1") as (service, http):
        get = service.instances().get(project=PROJECT, instance="netra-staging-db")
        found = get.execute(http=http)

    assert found["state"] == "MAINTENANCE"
    assert found["databaseVersion"] == "POSTGRES_14"
    assert found["ipAddresses"] == [{"type": "PRIVATE", "ipAddress": "10.166.204.83"}]
    assert found["settings"]["tier"] == "db-f1-micro"
    assert found["settings"]["databaseFlags"] == [{"name": "max_connections", "value": "100"}]
    assert found["settings"]["ipConfiguration"] == {
        "ipv4Enabled": False,
        "privateNetwork": "projects/netra-staging/global/networks/staging-vpc",
        "authorizedNetworks": [],
        "requireSsl": False,
        "sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
    }


def test_both_prefixes_show_the_same_instance(outage: Running) -> None:
    _finish(outage, _patch(outage, userLabels={"changed": "yes"}))

    assert outage.get(INSTANCE) == outage.get(INSTANCE.replace("/v1/", "/sql/v1beta4/"))


def test_patch_replaces_the_whole_list_of_flags(outage: Running) -> None:
    flags = [{"name": "statement_timeout", "value": "35000"}]
    ended = _finish(outage, _patch(outage, databaseFlags=flags))

    assert (ended["operationType"], ended["status"]) == ("UPDATE", "DONE")
    assert _flags(outage) == {"statement_timeout": "35000"}


def test_patch_keeps_settings_it_does_not_name(outage: Running) -> None:
    before = outage.get(INSTANCE)["settings"]
    _finish(outage, _patch(outage, ipConfiguration={"sslMode": "ENCRYPTED_ONLY"}))
    after = outage.get(INSTANCE)["settings"]

    assert after["ipConfiguration"] == before["ipConfiguration"] | {"sslMode": "ENCRYPTED_ONLY"}
    assert after["settingsVersion"] == str(int(before["settingsVersion"]) + 1)
    assert after["databaseFlags"] == before["databaseFlags"]


def test_restart_ends_maintenance(outage: Running) -> None:
    with outage.client("sqladmin", "v1") as (service, http):
        instances = service.instances()
        restart = instances.restart(project=PROJECT, instance="netra-staging-db")
        with outage.held():
            begun = restart.execute(http=http)
            during = outage.get(INSTANCE)["state"]
        read = service.operations().get(project=PROJECT, operation=begun["name"])
        until(lambda: read.execute(http=http)["status"] == "DONE")

    assert (begun["status"], "startTime" in begun) == ("PENDING", False)
    assert during == "MAINTENANCE"
    assert outage.get(INSTANCE)["state"] == "RUNNABLE"


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("max_connections", "5", "invalidFlagValue"),
        ("max_connections", "many", "invalidFlagValue"),
        ("autovacuum", "yes", "invalidFlagValue"),
        ("log_statement", "some", "invalidFlagValue"),
        ("random_page_cost", "-", "invalidFlagValue"),
        ("no_such_flag", "1", "invalidFlagName"),
    ],
)
def test_flags_are_checked_by_name_type_and_range(
    outage: Running, flag: str, value: str, reason: str
) -> None:
    answer = _patch(outage, databaseFlags=[{"name": flag, "value": value}])

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["reason"] == reason
    assert _flags(outage) == {"max_connections": "100"}


def test_flags_of_every_type_are_taken(outage: Running) -> None:
    wanted = {
        "max_connections": "200",
        "autovacuum": "on",
        "log_statement": "ddl",
        "log_min_duration_statement": "-1",
        "random_page_cost": "1.1",
    }
    flags = [{"name": name, "value": value} for name, value in wanted.items()]
    _finish(outage, _patch(outage, databaseFlags=flags))

    assert _flags(outage) == wanted


def test_flag_given_twice_is_refused(outage: Running) -> None:
    twice = [{"name": "max_connections", "value": "100"}] * 2

    assert _patch(outage, databaseFlags=twice).status_code == 400


def test_second_operation_is_refused_while_one_runs(outage: Running) -> None:
    with outage.held():
        _patch(outage, activationPolicy="ALWAYS")
        answer = outage.http.post(f"{INSTANCE}/restart")

    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": 409,
        "message": "Operation failed because another operation was already in progress.",
        "errors": [
            {
                "message": "Operation failed because another operation was already in progress.",
                "domain": "global",
                "reason": "operationInProgress",
            }
        ],
    }


def test_stale_settings_version_is_refused(outage: Running) -> None:
    answer = _patch(outage, settingsVersion="1", activationPolicy="ALWAYS")

    assert answer.status_code == 412


def test_network_is_shown_as_a_name_whatever_was_sent(outage: Running) -> None:
    network = "projects/netra-staging/global/networks/staging-vpc"
    sent = {"privateNetwork": f"http://compute.googleapis.com/compute/v1/{network}"}
    _finish(outage, _patch(outage, ipConfiguration=sent))

    assert outage.get(INSTANCE)["settings"]["ipConfiguration"]["privateNetwork"] == network


def test_client_certificates_require_tls(outage: Running) -> None:
    wanted = {"sslMode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}
    _finish(outage, _patch(outage, ipConfiguration=wanted))

    assert outage.get(INSTANCE)["settings"]["ipConfiguration"]["requireSsl"] is True


def test_settings_that_are_no_object_are_refused(outage: Running) -> None:
    assert outage.http.patch(INSTANCE, json={"settings": "none"}).status_code == 400


def test_private_address_cannot_be_given_up(outage: Running) -> None:
    answer = _patch(outage, ipConfiguration={"privateNetwork": None})

    assert answer.status_code == 400


def test_disk_can_grow_and_not_shrink(outage: Running) -> None:
    smaller = _patch(outage, dataDiskSizeGb="10")
    larger = _patch(outage, dataDiskSizeGb="30")

    assert smaller.json()["error"]["message"] == (
        "Invalid request: The disk size cannot decrease. Current size: 20 GB, requested: 10 GB.."
    )
    assert larger.status_code == 200


def test_stopped_instance_cannot_be_restarted(healthy: Running) -> None:
    _finish(healthy, _patch(healthy, activationPolicy="NEVER"))

    assert healthy.http.post(f"{INSTANCE}/restart").status_code == 400


def test_failed_operation_carries_its_error_and_changes_nothing(outage: Running) -> None:
    before = outage.get(INSTANCE)
    outage.arm(match="projects/netra-staging/instances", kind="operation-fails")
    ended = _finish(outage, _patch(outage, activationPolicy="NEVER"))

    assert ended["error"]["errors"][0]["code"] == "INTERNAL_ERROR"
    assert outage.get(INSTANCE) == before


def test_operations_of_an_instance_are_listed_newest_first(outage: Running) -> None:
    _finish(outage, _patch(outage, activationPolicy="ALWAYS"))
    _finish(outage, outage.http.post(f"{INSTANCE}/restart"))

    listed = outage.get(f"{OPERATIONS}?instance=netra-staging-db&maxResults=1")

    assert [one["operationType"] for one in listed["items"]] == ["RESTART"]
    assert listed["nextPageToken"] == "1"


def test_unknown_instance_answers_as_google_does(outage: Running) -> None:
    for path in (f"{INSTANCE}-2", f"{OPERATIONS}?instance=nix"):
        answer = outage.http.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["errors"][0]["reason"] == "instanceDoesNotExist"


def test_flags_list_says_what_needs_a_restart(outage: Running) -> None:
    with outage.client("sqladmin", "v1") as (service, http):
        listed = service.flags().list(databaseVersion="POSTGRES_14").execute(http=http)
        none = service.flags().list(databaseVersion="SQLSERVER_2022_WEB").execute(http=http)
    flags = {flag["name"]: flag for flag in listed["items"]}

    assert flags["max_connections"]["requiresRestart"] is True
    assert flags["max_connections"]["maxValue"] == "262143"
    assert flags["statement_timeout"]["requiresRestart"] is False
    assert none["items"] == []
