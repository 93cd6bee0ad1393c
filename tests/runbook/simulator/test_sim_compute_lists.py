"""Lists of Compute Engine: filters, scopes, pages, and a scope that is away."""

from typing import Any

import pytest

from tests.runbook.simulator.running import GLOBAL, Running


def refusal(answer: Any, code: int) -> str:
    assert answer.status_code == code, answer.text
    return str(answer.json()["error"]["message"])


FILTERS = [
    ('name eq ".*\\bstaging\\-auth\\-health\\-check\\b.*"', ["staging-auth-health-check"]),
    ("name ne .*auth.*", ["staging-backend-health-check"]),
    ("(name eq .*health.*) (unhealthyThreshold eq 3)", ["staging-auth-health-check"]),
    ("unhealthyThreshold>2 AND type=HTTP", ["staging-auth-health-check"]),
    ("name:backend", ["staging-backend-health-check"]),
    ("httpHealthCheck.requestPath=/health", ["staging-backend-health-check"]),
    ("labels.owner:*", []),
]


@pytest.mark.parametrize(("wanted", "names"), FILTERS, ids=[row[0] for row in FILTERS])
def test_filter_keeps_what_fits(outage: Running, wanted: str, names: list[str]) -> None:
    listed = outage.http.get(f"{GLOBAL}/healthChecks", params={"filter": wanted}).json()

    assert [one["name"] for one in listed.get("items", [])] == names


@pytest.mark.parametrize("wanted", ["name=a OR name=b", "NOT name=a", "name", "name eq ["])
def test_filter_that_is_not_understood_is_refused(outage: Running, wanted: str) -> None:
    answer = outage.http.get(f"{GLOBAL}/healthChecks", params={"filter": wanted})

    assert "Invalid list filter expression." in refusal(answer, 400)


def test_unknown_region_and_zone_are_refused(outage: Running) -> None:
    project = GLOBAL.removesuffix("/global")

    region = outage.http.get(f"{project}/regions/mars/subnetworks")
    zone = outage.http.get(f"{project}/zones/us-central1-z/instances")

    assert refusal(region, 400) == "Invalid value for field 'region': 'mars'. Unknown region."
    assert refusal(zone, 400) == "Invalid value for field 'zone': 'us-central1-z'. Unknown zone."


def test_aggregated_list_names_every_scope_when_asked(outage: Running) -> None:
    path = GLOBAL.replace("/global", "/aggregated/instances")
    own = outage.get(path)["items"]
    every = outage.get(f"{path}?includeAllScopes=true")["items"]

    assert {scope.partition("/")[0] for scope in own} == {"zones"}
    assert {scope.partition("/")[0] for scope in every} == {"global", "regions", "zones"}
    found = {scope for scope, shown in own.items() if "warning" not in shown}
    assert found == {"zones/us-central1-a", "zones/us-central1-b"}
    assert own["zones/us-central1-c"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"


def test_aggregated_list_is_cut_into_pages(outage: Running) -> None:
    path = GLOBAL.replace("/global", "/aggregated/instances?maxResults=2")
    first = outage.get(path)
    second = outage.get(f"{path}&pageToken={first['nextPageToken']}")
    names = [
        [one["name"] for shown in page["items"].values() for one in shown.get("instances", [])]
        for page in (first, second)
    ]

    assert names == [["staging-auth-1", "staging-backend-1"], ["staging-bastion"]]
    assert "nextPageToken" not in second


def test_scope_that_is_away_is_told_or_refuses_the_list(outage: Running) -> None:
    away = "projects/netra-staging/regions/us-central1"
    outage.arm(match=away, kind=503, times=0)
    path = GLOBAL.replace("/global", "/aggregated/forwardingRules")
    partial = outage.get(f"{path}?returnPartialSuccess=true")
    whole = outage.http.get(path)
    one = outage.http.get(f"{GLOBAL.replace('global', 'regions/us-central1')}/forwardingRules")

    assert partial["unreachables"] == ["regions/us-central1"]
    assert partial["items"]["regions/us-central1"]["warning"]["code"] == "UNREACHABLE"
    assert len(partial["items"]["global"]["forwardingRules"]) == 1
    assert (whole.status_code, one.status_code) == (503, 503)


def test_regional_change_has_a_regional_operation(outage: Running) -> None:
    region = GLOBAL.replace("/global", "/regions/us-central1")
    service = f"{region}/backendServices/staging-internal-service"
    wanted = {"timeoutSec": 60, "fingerprint": outage.get(service)["fingerprint"]}
    begun = outage.http.patch(service, json=wanted).json()
    waited = outage.http.post(f"{region}/operations/{begun['name']}/wait").json()

    assert begun["region"].endswith("/projects/netra-staging/regions/us-central1")
    assert f"/regions/us-central1/operations/{begun['name']}" in begun["selfLink"]
    assert waited["status"] == "DONE"
    assert outage.http.get(f"{GLOBAL}/operations/{begun['name']}").status_code == 404
    assert outage.get(service)["timeoutSec"] == 60


def test_operations_of_all_scopes_are_listed_newest_first(outage: Running) -> None:
    checks = [f"{GLOBAL}/healthChecks/staging-{name}-health-check" for name in ("auth", "backend")]
    begun = [outage.http.patch(one, json={"timeoutSec": 4}).json()["name"] for one in checks]
    path = GLOBAL.replace("/global", "/aggregated/operations")
    scopes = outage.get(f"{path}?filter=operationType=patch")["items"]
    first = outage.get(f"{path}?maxResults=1")
    rest = outage.get(f"{path}?maxResults=1&pageToken={first['nextPageToken']}")

    assert [one["name"] for one in scopes["global"]["operations"]] == begun[::-1]
    assert scopes["zones/us-central1-a"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"
    assert [page["items"]["global"]["operations"][0]["name"] for page in (first, rest)] == (
        begun[::-1]
    )
