"""Connectors in all regions: how they are named and sized, and on what network they are."""

from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, Running, until

PARENT = CONNECTOR.rpartition("/")[0]
ABROAD = PARENT.replace("us-central1", "us-east1")
LOCATIONS = "/v1/projects/netra-staging/locations"
RANGE = {"network": "staging-vpc", "ipCidrRange": "10.9.0.0/28"}


def _made(simulator: Running, parent: str = PARENT, **body: Any) -> Any:
    """The connector `one` and its operation, once that has ended."""
    begun = simulator.http.post(f"{parent}?connectorId=one", json=RANGE | body)
    begun.raise_for_status()
    operation = f"/v1/{begun.json()['name']}"
    until(lambda: simulator.get(operation).get("done"))
    return simulator.get(f"{parent}/one"), simulator.get(operation)


def test_region_without_connectors_has_an_empty_list(healthy: Running) -> None:
    assert healthy.get(ABROAD) == {}
    assert healthy.http.get(f"{ABROAD}/staging-connector").status_code == 404
    assert [one["locationId"] for one in healthy.get(LOCATIONS)["locations"]] == [
        "europe-west1",
        "us-central1",
        "us-east1",
    ]


def test_connector_of_another_region_stays_there(healthy: Running) -> None:
    connector, operation = _made(healthy, ABROAD)

    assert (connector["state"], connector["name"]) == (
        "READY",
        "projects/netra-staging/locations/us-east1/connectors/one",
    )
    assert operation["name"].startswith("projects/netra-staging/locations/us-east1/operations/")
    assert healthy.http.get(f"{PARENT}/one").status_code == 404
    assert healthy.get(f"{PARENT.rpartition('/')[0]}/operations") == {}


def test_throughput_is_told_in_instances(healthy: Running) -> None:
    connector, _ = _made(healthy, minThroughput=300, maxThroughput=400)

    assert (connector["minInstances"], connector["maxInstances"]) == (3, 4)
    assert (connector["minThroughput"], connector["maxThroughput"]) == (300, 400)


def test_instances_come_before_throughput(healthy: Running) -> None:
    connector, _ = _made(healthy, minInstances=4, maxInstances=5, maxThroughput=1000)

    assert (connector["minInstances"], connector["maxInstances"]) == (4, 5)


@pytest.mark.parametrize("wanted", [{"minThroughput": 250}, {"maxThroughput": 1100}])
def test_throughput_out_of_its_steps_is_refused(healthy: Running, wanted: dict[str, int]) -> None:
    answer = healthy.http.post(f"{PARENT}?connectorId=one", json=RANGE | wanted)

    assert answer.status_code == 400


def test_throughput_can_be_scaled_up_and_not_down(healthy: Running) -> None:
    _made(healthy, minThroughput=300, maxThroughput=400)
    less = healthy.http.patch(f"{PARENT}/one", json={"minThroughput": 200, "maxThroughput": 400})
    more = healthy.http.patch(f"{PARENT}/one", json={"minThroughput": 300, "maxThroughput": 800})
    until(lambda: healthy.get(f"{PARENT}/one")["state"] == "READY")

    assert (less.status_code, more.status_code) == (400, 200)
    assert healthy.get(f"{PARENT}/one")["maxInstances"] == 8


@pytest.mark.parametrize("name", ["Bad_Name", "1st", "a" * 26, "ends-", "a/b"])
def test_name_of_a_bad_form_is_refused(healthy: Running, name: str) -> None:
    answer = healthy.http.post(PARENT, params={"connectorId": name}, json=RANGE)

    assert answer.status_code == 400
    assert [one["name"] for one in healthy.get(PARENT)["connectors"]] == [CONNECTOR[4:]]


def test_network_that_is_not_there_leaves_the_connector_in_error(healthy: Running) -> None:
    connector, operation = _made(healthy, network="default")

    assert connector["state"] == "ERROR"
    assert operation["error"] == {
        "code": 5,
        "message": "Operation failed: The VPC network was not found in the project.",
    }
