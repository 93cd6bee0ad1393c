"""Connectors, driven by the real discovery client."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.runbook.simulator.running import CONNECTOR, Running, until

LOCATION = "projects/netra-staging/locations/us-central1"
NAME = f"{LOCATION}/connectors/staging-connector"
PARENT = f"/v1/{LOCATION}/connectors"
SCALED = {"minInstances": 3, "maxInstances": 10}


def _state(simulator: Running) -> str:
    return str(simulator.get(CONNECTOR)["state"])


def _refused(simulator: Running, body: object, *, mask: str = "") -> str:
    answer = simulator.http.patch(f"{CONNECTOR}?updateMask={mask}", json=body)
    assert answer.status_code == 400
    return str(answer.json()["error"]["message"])


def test_connector_of_the_outage_is_stuck_in_creating(outage: Running) -> None:
    with outage.client("vpcaccess", "v1") as (service, http):
        connectors = service.projects().locations().connectors()
        found = connectors.get(name=NAME).execute(http=http)

    assert found == {
        "name": NAME,
        "network": "staging-vpc",
        "ipCidrRange": "10.1.0.0/28",
        "state": "CREATING",
        "minInstances": 1,
        "maxInstances": 3,
        "machineType": "e2-micro",
        "minThroughput": 100,
        "maxThroughput": 300,
    }


def test_update_goes_through_updating_and_ends_ready(outage: Running) -> None:
    with outage.client("vpcaccess", "v1") as (service, http):
        locations = service.projects().locations()
        mask = "minInstances,maxInstances"
        patch = locations.connectors().patch(name=NAME, updateMask=mask, body=SCALED)
        with outage.held():
            begun = patch.execute(http=http)
            during = _state(outage)
        read = locations.operations().get(name=begun["name"])
        until(lambda: read.execute(http=http).get("done"))
        ended = read.execute(http=http)

    assert "done" not in begun
    assert begun["metadata"]["target"] == NAME
    assert during == "UPDATING"
    assert ended["response"]["minInstances"] == 3
    assert outage.get(CONNECTOR) == {
        **{key: value for key, value in ended["response"].items() if key != "@type"},
        "state": "READY",
        "maxThroughput": 1000,
    }


def test_second_change_during_an_operation_is_refused(outage: Running) -> None:
    with outage.held():
        outage.http.patch(CONNECTOR, json=SCALED)
        answer = outage.http.patch(CONNECTOR, json=SCALED)

    assert answer.status_code == 409
    assert answer.json()["error"]["status"] == "ABORTED"


@pytest.mark.parametrize(
    ("low", "high", "machine", "message"),
    [
        (1, 3, "e2-micro", "Invalid min_instances 1: must be between 2 and 9."),
        (3, 15, "e2-micro", "Invalid max_instances 15: must be between 3 and 10."),
        (3, 3, "e2-micro", "min_instances 3 must be less than max_instances 3."),
        (
            3,
            10,
            "e2-standard-8",
            "Invalid machine type e2-standard-8: allowed are f1-micro, e2-micro, e2-standard-4.",
        ),
        ("3", 10, "e2-micro", "min_instances and max_instances must be integers."),
    ],
)
def test_limits_of_a_connector_are_enforced(
    outage: Running, low: object, high: object, machine: str, message: str
) -> None:
    body = {"minInstances": low, "maxInstances": high, "machineType": machine}

    assert _refused(outage, body) == message
    assert _state(outage) == "CREATING"


def test_scaling_down_is_refused(healthy: Running) -> None:
    assert _refused(healthy, {"minInstances": 2, "maxInstances": 10}) == (
        "Invalid value for minInstances: 2 is below the current value 3. "
        "Connectors can only be scaled up."
    )


def test_one_limit_alone_is_refused(outage: Running) -> None:
    message = "min_instances and max_instances must be updated together."

    assert _refused(outage, {"minInstances": 3}, mask="min_instances") == message


def test_only_masked_fields_are_taken(outage: Running) -> None:
    body = SCALED | {"machineType": "e2-standard-4"}
    outage.http.patch(f"{CONNECTOR}?updateMask=minInstances,maxInstances", json=body)
    until(lambda: _state(outage) == "READY")

    assert outage.get(CONNECTOR)["machineType"] == "e2-micro"


def test_network_cannot_be_updated(outage: Running) -> None:
    message = "Invalid update mask: network cannot be updated."

    assert _refused(outage, {"network": "other"}) == message


def test_failed_operation_leaves_the_connector_as_it_was(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="operation-fails")
    name = outage.http.patch(CONNECTOR, json=SCALED).json()["name"]
    until(lambda: outage.get(f"/v1/{name}").get("done"))

    assert outage.get(f"/v1/{name}")["error"]["code"] == 13
    assert outage.get(CONNECTOR)["state"] == "CREATING"
    assert outage.get(CONNECTOR)["minInstances"] == 1


def test_connector_can_be_deleted_and_made_again(outage: Running) -> None:
    with outage.held():
        outage.http.delete(CONNECTOR)
        assert _state(outage) == "DELETING"
    until(lambda: outage.http.get(CONNECTOR).status_code == 404)
    body = {"network": "staging-vpc", "ipCidrRange": "10.1.0.0/28"} | SCALED
    collection = CONNECTOR.rpartition("/")[0]
    with outage.held():
        made = outage.http.post(f"{collection}?connectorId=staging-connector", json=body)
        assert (made.status_code, _state(outage)) == (200, "CREATING")
    until(lambda: _state(outage) == "READY")

    again = outage.http.post(f"{collection}?connectorId=staging-connector", json=body)

    assert again.status_code == 409


@pytest.mark.parametrize("place", [{"ipCidrRange": "10.8.0.0/24"}, {"network": "staging-vpc"}])
def test_new_connector_needs_a_range_of_28_bits(outage: Running, place: dict[str, str]) -> None:
    collection = CONNECTOR.rpartition("/")[0]

    answer = outage.http.post(f"{collection}?connectorId=other", json=place | SCALED)

    assert answer.status_code == 400


def test_unknown_connector_is_not_found(outage: Running) -> None:
    with outage.client("vpcaccess", "v1") as (service, http):
        request = service.projects().locations().connectors().get(name=f"{NAME}-2")
        with pytest.raises(HttpError) as refused:
            request.execute(http=http)

    assert refused.value.status_code == 404
    assert refused.value.reason == "The connector is not found."


def test_other_projects_and_regions_are_denied(outage: Running) -> None:
    elsewhere = outage.http.get(CONNECTOR.replace("netra-staging", "other-project"))
    abroad = outage.http.get(CONNECTOR.replace("us-central1", "mars-west4"))

    assert (elsewhere.status_code, abroad.status_code) == (403, 403)
    assert abroad.json()["error"]["message"] == (
        "Permission denied on 'locations/mars-west4' (or it may not exist)."
    )
    assert elsewhere.json()["error"]["status"] == "PERMISSION_DENIED"


def _create(simulator: Running, name: str, **body: Any) -> Any:
    wanted = {"network": "staging-vpc", "minInstances": 2, "maxInstances": 3} | body
    return simulator.http.post(f"{PARENT}?connectorId={name}", json=wanted)


def _ended(simulator: Running, begun: Any) -> Any:
    path = f"/v1/{begun.json()['name']}"
    until(lambda: simulator.get(path).get("done"))
    return simulator.get(path)


def test_range_that_is_taken_leaves_the_connector_in_error(healthy: Running) -> None:
    for name, taken in (("one", "10.1.0.0/28"), ("two", "10.128.0.16/28")):
        ended = _ended(healthy, _create(healthy, name, ipCidrRange=taken))
        assert ended["error"]["code"] == 3
        assert "It conflicts with an existing subnetwork." in ended["error"]["message"]
        assert healthy.get(f"{PARENT}/{name}")["state"] == "ERROR"


def test_connector_in_error_takes_no_update(healthy: Running) -> None:
    _ended(healthy, _create(healthy, "one", ipCidrRange="10.1.0.0/28"))
    refused = healthy.http.patch(f"{PARENT}/one", json={"minInstances": 3, "maxInstances": 5})

    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert "error" not in _ended(healthy, healthy.http.delete(f"{PARENT}/one"))


@pytest.mark.parametrize(
    "body",
    [
        {"ipCidrRange": "10.9.0.1/28"},
        {"ipCidrRange": "10.9.0.0/24"},
        {"ipCidrRange": "many/28"},
        {"subnet": {"name": "nix"}},
        {},
    ],
)
def test_addresses_of_a_bad_form_are_refused(healthy: Running, body: dict[str, Any]) -> None:
    assert _create(healthy, "one", **body).status_code == 400
