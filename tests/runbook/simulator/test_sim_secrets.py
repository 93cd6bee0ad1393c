"""Secrets and their versions, driven by the real discovery client."""

import base64
from typing import Any

import pytest

from runbook.simulator.checksum import crc32c
from tests.runbook.simulator.running import Running, running

SECRETS = "/v1/projects/netra-staging/secrets"
ALL = [
    "database-url",
    "database-direct-url",
    "jwt-secret-staging",
    "redis-url",
    "oauth-client-id",
    "oauth-client-secret",
    "openai-api-key",
    "anthropic-api-key",
    "smtp-password",
    "cors-allowed-origins",
]
MISSING = ["database-url", "jwt-secret-staging"]


def _payload(value: bytes, **more: Any) -> dict[str, Any]:
    return {"payload": {"data": base64.b64encode(value).decode(), **more}}


def _found(simulator: Running) -> list[str]:
    paths = {name: f"{SECRETS}/{name}/versions/latest" for name in ALL}
    return [name for name, path in paths.items() if simulator.http.get(path).status_code == 200]


def test_outage_lacks_two_of_the_ten_secrets(outage: Running) -> None:
    assert _found(outage) == [name for name in ALL if name not in MISSING]


def test_healthy_project_has_all_ten_secrets(healthy: Running) -> None:
    assert _found(healthy) == ALL


def test_missing_secret_is_not_found(outage: Running) -> None:
    answer = outage.http.get(f"{SECRETS}/database-url")

    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": 404,
        "message": "Secret [projects/841234567890/secrets/database-url] not found.",
        "status": "NOT_FOUND",
    }


def test_secret_is_created_filled_and_read_back(outage: Running) -> None:
    parent = "projects/netra-staging"
    name = f"{parent}/secrets/database-url"
    with outage.client("secretmanager", "v1") as (service, http):
        secrets = service.projects().secrets()
        body = {"replication": {"automatic": {}}, "labels": {"team": "platform"}}
        create = secrets.create(parent=parent, secretId="database-url", body=body)
        created = create.execute(http=http)
        add = secrets.addVersion(parent=name, body=_payload(b"value", dataCrc32c=crc32c(b"value")))
        added = add.execute(http=http)
        access = secrets.versions().access(name=f"{name}/versions/latest")
        read = access.execute(http=http)

    assert created["labels"] == {"team": "platform"}
    assert added["state"] == "ENABLED"
    assert added["clientSpecifiedPayloadChecksum"] is True
    assert base64.b64decode(read["payload"]["data"]) == b"value"
    assert read["payload"]["dataCrc32c"] == str(crc32c(b"value"))


def test_secret_without_versions_has_no_latest(outage: Running) -> None:
    outage.http.post(f"{SECRETS}?secretId=new", json={"replication": {"automatic": {}}})

    answer = outage.http.get(f"{SECRETS}/new/versions/latest")

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].endswith("not found or has no versions.")


def test_existing_secret_cannot_be_created(outage: Running) -> None:
    body = {"replication": {"automatic": {}}}

    assert outage.http.post(f"{SECRETS}?secretId=redis-url", json=body).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        _payload(b"value", dataCrc32c="1"),
        _payload(b"value", dataCrc32c="one"),
        {"payload": {"data": "no base64!"}},
        {"payload": "value"},
        {},
    ],
)
def test_damaged_payload_is_refused(outage: Running, body: dict[str, Any]) -> None:
    assert outage.http.post(f"{SECRETS}/redis-url:addVersion", json=body).status_code == 400


def test_disabled_version_gives_no_access_until_enabled(outage: Running) -> None:
    version = f"{SECRETS}/redis-url/versions/1"
    disabled = outage.http.post(f"{version}:disable", json={})
    refused = outage.http.get(f"{version}:access")
    enabled = outage.http.post(f"{version}:enable", json={})

    assert disabled.json()["state"] == "DISABLED"
    assert refused.status_code == 400
    assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"
    assert enabled.json()["state"] == "ENABLED"
    assert outage.http.get(f"{version}:access").status_code == 200


def test_latest_is_the_newest_version(outage: Running) -> None:
    outage.http.post(f"{SECRETS}/redis-url:addVersion", json=_payload(b"newer"))

    versions = outage.get(f"{SECRETS}/redis-url/versions")["versions"]
    latest = outage.get(f"{SECRETS}/redis-url/versions/latest:access")

    assert [version["name"].rpartition("/")[2] for version in versions] == ["2", "1"]
    assert base64.b64decode(latest["payload"]["data"]) == b"newer"


def test_secrets_are_listed_in_pages(healthy: Running) -> None:
    first = healthy.get(f"{SECRETS}?pageSize=6")
    rest = healthy.get(f"{SECRETS}?pageSize=6&pageToken={first['nextPageToken']}")

    names = [secret["name"].rpartition("/")[2] for secret in first["secrets"] + rest["secrets"]]
    assert names == ALL
    assert (first["totalSize"], "nextPageToken" in rest) == (10, False)


def test_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_destroyed_version_stays_destroyed(healthy: Running) -> None:
    version = f"{SECRETS}/redis-url/versions/1"
    destroyed = healthy.http.post(f"{version}:destroy", json={}).json()
    refused = [healthy.http.post(f"{version}:{verb}", json={}) for verb in ("enable", "disable")]

    assert (destroyed["state"], "destroyTime" in destroyed) == ("DESTROYED", True)
    assert [answer.status_code for answer in refused] == [400, 400]
    assert healthy.http.get(f"{version}:access").status_code == 400
    assert healthy.get(version)["state"] == "DESTROYED"


def test_state_changes_only_with_the_present_etag(healthy: Running) -> None:
    version = f"{SECRETS}/redis-url/versions/1"
    etag = healthy.get(version)["etag"]
    stale = healthy.http.post(f"{version}:disable", json={"etag": '"stale"'})
    fresh = healthy.http.post(f"{version}:disable", json={"etag": etag})

    assert (stale.status_code, stale.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert (fresh.status_code, fresh.json()["etag"] != etag) == (200, True)


def test_first_change_of_a_simulator_makes_a_new_etag() -> None:
    with running(scenario="healthy") as fresh:
        version = f"{SECRETS}/redis-url/versions/1"
        etag = fresh.get(version)["etag"]
        fresh.http.post(f"{version}:disable", json={"etag": etag}).raise_for_status()

        assert fresh.http.post(f"{version}:enable", json={"etag": etag}).status_code == 400


@pytest.mark.parametrize("name", ["", "bad/../name", "dotted.name", "a" * 256])
def test_name_of_a_bad_form_is_refused(healthy: Running, name: str) -> None:
    body = {"replication": {"automatic": {}}}

    assert healthy.http.post(SECRETS, params={"secretId": name}, json=body).status_code == 400


def test_payload_is_at_most_64_kib(healthy: Running) -> None:
    path = f"{SECRETS}/redis-url:addVersion"
    sizes = (65_536, 65_537)
    bodies = [{"payload": {"data": base64.b64encode(b"a" * size).decode()}} for size in sizes]

    assert [healthy.http.post(path, json=body).status_code for body in bodies] == [200, 400]


def test_checksum_of_the_client_is_told_only_where_there_was_one(healthy: Running) -> None:
    path = f"{SECRETS}/redis-url:addVersion"
    told = [
        healthy.http.post(path, json={"payload": {"data": "bmV3"} | checksum}).json()
        for checksum in ({}, {"dataCrc32c": str(crc32c(b"new"))})
    ]

    assert [one.get("clientSpecifiedPayloadChecksum") for one in told] == [None, True]


def test_secrets_are_listed_by_filter(healthy: Running) -> None:
    found = healthy.get(f"{SECRETS}?filter=name:database OR name:jwt")["secrets"]

    assert [one["name"].rpartition("/")[2] for one in found] == [
        "database-url",
        "database-direct-url",
        "jwt-secret-staging",
    ]
