"""The control API, the log, and what every answer has in common."""

import pytest

from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running


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

    assert answer.status_code == 404
    assert field in answer.json()["error"]


def test_every_answer_is_marked(outage: Running) -> None:
    for path in (CONNECTOR, "/v1/nowhere", "/_simulator/state"):
        assert outage.http.get(path).headers["x-runbook-simulator"] == "1"


def test_real_looking_token_is_refused(outage: Running) -> None:
    real = outage.http.get(CONNECTOR, headers={"authorization": "Bearer ya29.a0Example"})
    made_up = outage.http.get(CONNECTOR, headers={"authorization": "Bearer anything"})

    assert (real.status_code, made_up.status_code) == (401, 200)
    assert real.json()["error"]["message"].startswith("This is a simulator")


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_body_that_is_no_json_object_is_refused(outage: Running, content: bytes) -> None:
    assert outage.http.patch(CONNECTOR, content=content).status_code == 400


def test_page_token_that_is_no_number_is_refused(outage: Running) -> None:
    assert outage.http.get(f"{GLOBAL}/healthChecks?maxResults=some").status_code == 400
