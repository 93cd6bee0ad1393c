"""The control API, the log, and what every answer has in common."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running, running, until


def test_state_names_scenario_and_place(outage: Running) -> None:
    state = outage.get("/_simulator/state")

    assert (state["scenario"], state["project"]) == ("issue-1278", "netra-staging")
    assert f"vpcaccess{CONNECTOR.removeprefix('/v1')}" in state["resources"]


def test_reset_restores_the_scenario(outage: Running) -> None:
    outage.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    outage.arm(match="/", kind=503)
    outage.http.post("/_simulator/reset")

    assert outage.get(CONNECTOR)["state"] == "CREATING"
    assert outage.get("/_simulator/state")["operations"] == {}


def test_log_tells_known_requests_from_unknown_ones(outage: Running) -> None:
    outage.http.get(f"{CONNECTOR}?alt=json")
    outage.http.get("/v1/nowhere")
    known, unknown = outage.requests()[-2:]

    assert (known["method"], known["path"], known["query"]) == ("GET", CONNECTOR, "alt=json")
    assert (known["status"], known["known"]) == (200, True)
    assert (unknown["status"], unknown["known"]) == (404, False)


def test_log_never_holds_a_body(outage: Running) -> None:
    path = "/v1/projects/netra-staging/secrets/redis-url:addVersion"
    outage.http.post(path, json={"payload": {"data": "dmFsdWU="}})

    assert "dmFsdWU=" not in str(outage.requests())


def test_unknown_control_is_not_found(outage: Running) -> None:
    assert outage.http.get("/_simulator/nothing").status_code == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [("/v1/nowhere", "status"), (f"{GLOBAL}/nowhere", "errors"), (f"{INSTANCE}/nowhere", "errors")],
)
def test_unknown_route_answers_in_the_shape_of_its_api(
    outage: Running, path: str, field: str
) -> None:
    answer = outage.http.get(path)

    error = answer.json()["error"]
    assert answer.status_code == 404
    assert field in error
    assert error["message"].startswith(f"GET {path} is not served here: a gap of the simulator")


def test_every_answer_is_marked(outage: Running) -> None:
    for path in (CONNECTOR, "/v1/nowhere", "/_simulator/state"):
        assert outage.http.get(path).headers["x-runbook-simulator"] == "1"


def test_real_looking_token_is_refused(outage: Running) -> None:
    real = outage.http.get(CONNECTOR, headers={"authorization": "Bearer ya29.a0Example"})
    made_up = outage.http.get(CONNECTOR, headers={"authorization": "Bearer anything"})

    assert (real.status_code, made_up.status_code) == (401, 200)
    assert real.json()["error"]["message"].startswith("This is a simulator")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1]",
        b"\xff",
        b"[" * 100_000,
        b'{"subnet":' * 101 + b"1" + b"}" * 101,
        b'{"minInstances": NaN}',
    ],
)
def test_body_that_is_no_json_object_is_refused(outage: Running, content: bytes) -> None:
    answer = outage.http.patch(CONNECTOR, content=content)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Invalid JSON payload received")


def test_body_that_google_finds_too_large_is_refused(outage: Running) -> None:
    answer = outage.http.patch(CONNECTOR, content=b" " * (10 * 2**20 + 1))

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "Request payload size exceeds the limit: 10485760 bytes."
    )


def test_page_token_that_is_no_number_is_refused(outage: Running) -> None:
    assert outage.http.get(f"{GLOBAL}/healthChecks?maxResults=some").status_code == 400


@pytest.fixture
def saving(tmp_path: Path) -> Iterator[Running]:
    with running(scenario="issue-1278", speed=40.0, saves=tmp_path) as simulator:
        yield simulator


def test_state_is_put_back_as_it_was_read(outage: Running) -> None:
    before = outage.get("/_simulator/state")
    outage.http.delete(CONNECTOR)
    outage.arm(match="/", kind=503)
    answer = outage.http.put("/_simulator/state", json=before)

    assert answer.json() == {"scenario": "issue-1278"}
    assert outage.get(CONNECTOR)["state"] == "CREATING"
    assert outage.get("/_simulator/faults")["faults"] == []


def test_what_is_no_state_is_refused(outage: Running) -> None:
    other = outage.get("/_simulator/state") | {"scenario": "healthy"}

    assert outage.http.put("/_simulator/state", json={"a": 1}).status_code == 400
    assert outage.http.put("/_simulator/state", json=other).status_code == 400


def test_state_is_saved_and_loaded_by_name(saving: Running) -> None:
    saving.http.post("/_simulator/save", json={"name": "broken"}).raise_for_status()
    saving.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    until(lambda: saving.get(CONNECTOR)["state"] == "READY")
    saving.http.post("/_simulator/load", json={"name": "broken"}).raise_for_status()

    assert saving.get(CONNECTOR)["state"] == "CREATING"
    assert saving.get("/_simulator/saves") == {"saves": ["broken"]}


@pytest.mark.parametrize(("name", "code"), [("nowhere", 404), ("../state", 400), ("", 400)])
def test_state_that_is_not_saved_is_not_loaded(saving: Running, name: str, code: int) -> None:
    assert saving.http.post("/_simulator/load", json={"name": name}).status_code == code


def test_nothing_is_saved_without_a_folder(outage: Running) -> None:
    answer = outage.http.post("/_simulator/save", json={"name": "broken"})

    assert (answer.status_code, "--saves" in answer.text) == (400, True)
