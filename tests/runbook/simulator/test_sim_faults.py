"""Faults on request, as clients see them."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError

from runbook.simulator.errors import Refusal
from runbook.simulator.faults import Fault, arm, strike
from runbook.simulator.store import Place, Store
from tests.runbook.simulator.running import (
    CONNECTOR,
    GLOBAL,
    INSTANCE,
    PATIENCE,
    Running,
    until,
)

HEALTH_CHECK = f"{GLOBAL}/healthChecks/staging-backend-health-check"
SCALED = {"minInstances": 3, "maxInstances": 10}


def _store(clock: list[float]) -> Store:
    place = Place(project="p", number="1", region="r")
    return Store(lambda: (place, {}), scenario="none", now=lambda: clock[0])


def _kinds(store: Store, *, method: str = "GET", path: str = "/v1/projects/p/secrets/s") -> Any:
    fault = strike(store, method=method, path=path)
    return fault and fault.kind


def test_fault_strikes_once_unless_told() -> None:
    store = _store([0.0])
    arm(store, {"match": "/v1/", "kind": "403"})

    assert [_kinds(store), _kinds(store)] == ["403", None]


def test_fault_strikes_as_often_as_told() -> None:
    store = _store([0.0])
    arm(store, {"match": "/v1/", "kind": 403, "times": 2})

    assert [_kinds(store) for _ in range(3)] == ["403", "403", None]


def test_fault_with_seconds_lives_that_long() -> None:
    clock = [0.0]
    store = _store(clock)
    arm(store, {"match": "/v1/", "kind": "503", "seconds": 5})
    before = [_kinds(store), _kinds(store)]
    clock[0] = 5.0

    assert [*before, _kinds(store)] == ["503", "503", None]


def test_seconds_of_slow_are_its_length_and_not_its_life() -> None:
    store = _store([0.0])
    arm(store, {"match": "/v1/", "kind": "slow", "seconds": 3})

    assert strike(store, method="GET", path="/v1/x") == Fault("slow", seconds=3, retry_after=None)
    assert _kinds(store) is None


def test_match_is_a_path_or_a_resource_name() -> None:
    store = _store([0.0])
    arm(store, {"match": "projects/p/instances/db", "kind": "404", "times": 0})

    assert _kinds(store, path="/v1/projects/p/instances/db") == "404"
    assert _kinds(store, path="/sql/v1beta4/projects/p/instances/db/restart") == "404"
    assert _kinds(store, path="/v1/projects/p/secrets/db") is None


def test_method_narrows_a_fault() -> None:
    store = _store([0.0])
    arm(store, {"match": "/v1/", "kind": "503", "method": "patch", "times": 0})

    assert [_kinds(store), _kinds(store, method="PATCH")] == [None, "503"]


@pytest.mark.parametrize("kind", ["operation-fails", "operation-never-ends", "reply-lost"])
def test_faults_of_changes_wait_for_a_change(kind: str) -> None:
    store = _store([0.0])
    arm(store, {"match": "/v1/", "kind": kind})

    assert [_kinds(store), _kinds(store, method="POST")] == [None, kind]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"kind": "418"},
        {"kind": "403", "oftens": 1},
        {"kind": "403", "times": "many"},
        {"kind": "slow", "seconds": -1},
    ],
)
def test_unknown_fault_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        arm(_store([0.0]), wanted)


@pytest.mark.parametrize("code", [403, 404, 409, 429, 503])
def test_error_has_the_shape_of_its_api(outage: Running, code: int) -> None:
    answers = {}
    for path in (CONNECTOR, INSTANCE, HEALTH_CHECK):
        outage.arm(match=path, kind=code)
        answers[path] = outage.http.get(path)

    assert [answer.status_code for answer in answers.values()] == [code] * 3
    assert "status" in answers[CONNECTOR].json()["error"]
    assert "errors" not in answers[CONNECTOR].json()["error"]
    for path in (INSTANCE, HEALTH_CHECK):
        assert answers[path].json()["error"]["errors"][0]["domain"] == "global"


@pytest.mark.parametrize(
    ("path", "code", "reason", "message"),
    [
        (HEALTH_CHECK, 404, "notFound", f"The resource '{HEALTH_CHECK[12:]}' was not found"),
        (INSTANCE, 404, "instanceDoesNotExist", "The Cloud SQL instance does not exist."),
        (
            INSTANCE,
            409,
            "operationInProgress",
            "Operation failed because another operation was already in progress.",
        ),
    ],
)
def test_error_has_the_words_of_its_api(
    outage: Running, path: str, code: int, reason: str, message: str
) -> None:
    outage.arm(match=path, kind=code)
    error = outage.http.get(path).json()["error"]

    assert (error["message"], error["errors"][0]["reason"]) == (message, reason)


def test_retry_after_is_sent(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind=429, retry_after=7)

    assert outage.http.get(CONNECTOR).headers["retry-after"] == "7"


def test_discovery_client_understands_a_denial(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind=403)
    with outage.client("vpcaccess", "v1") as (service, http):
        request = service.projects().locations().connectors().get(name=CONNECTOR[len("/v1/") :])
        with pytest.raises(HttpError) as refused:
            request.execute(http=http)

    assert refused.value.status_code == 403
    assert refused.value.reason == "The caller does not have permission"


def test_html_is_answered_with_502(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="html")
    answer = outage.http.get(CONNECTOR)

    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.headers["x-runbook-simulator"] == "1"


def test_slow_answers_late_and_right(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="slow", seconds=0.3)
    started = time.monotonic()
    answer = outage.http.get(CONNECTOR)

    assert answer.status_code == 200
    assert time.monotonic() - started >= 0.3


def test_drop_cuts_the_connection_and_nothing_happens(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="drop")
    with pytest.raises(httpx.TransportError):
        outage.http.patch(CONNECTOR, json=SCALED)

    assert outage.get(CONNECTOR)["state"] == "CREATING"


def test_lost_reply_means_the_change_is_made(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="reply-lost")
    with pytest.raises(httpx.TransportError):
        outage.http.patch(CONNECTOR, json=SCALED)

    until(lambda: outage.get(CONNECTOR)["state"] == "READY")
    assert outage.get(CONNECTOR)["minInstances"] == 3


def test_hang_never_answers_and_ends_with_its_client(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="hang")
    with pytest.raises(httpx.ReadTimeout):
        outage.http.get(CONNECTOR, timeout=0.3)

    assert outage.requests()[-1]["fault"] == "hang"
    assert outage.http.get(CONNECTOR).status_code == 200


def test_hang_is_cut_after_its_time(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="hang", seconds=0.2)

    with pytest.raises(httpx.TransportError) as lost:
        outage.http.get(CONNECTOR)

    assert not isinstance(lost.value, httpx.TimeoutException)


def test_change_that_is_held_is_not_made_after_a_reset(outage: Running) -> None:
    outage.arm(match=CONNECTOR, method="PATCH", kind="slow", seconds=60)
    with ThreadPoolExecutor(1) as beside:
        held = beside.submit(outage.http.patch, CONNECTOR, json=SCALED, timeout=60)
        until(lambda: [one["fault"] for one in outage.requests()] == ["slow"])
        outage.http.post("/_simulator/reset").raise_for_status()

        assert isinstance(held.exception(), httpx.TransportError)
    assert outage.requests() == []
    assert outage.get(CONNECTOR)["state"] == "CREATING"


def test_operation_that_never_ends_stays_running(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind="operation-never-ends")
    name = outage.http.patch(CONNECTOR, json=SCALED).json()["name"]
    time.sleep(0.4)

    assert "done" not in outage.get(f"/v1/{name}")
    assert outage.get(CONNECTOR)["state"] == "UPDATING"


def test_faults_are_listed_and_taken_back(outage: Running) -> None:
    outage.arm(match=CONNECTOR, kind=503, times=0)
    listed = outage.get("/_simulator/faults")["faults"]
    outage.http.delete("/_simulator/faults")

    assert [(one["kind"], one["match"]) for one in listed] == [("503", CONNECTOR)]
    assert outage.http.get(CONNECTOR).status_code == 200


def test_control_api_is_never_struck(outage: Running) -> None:
    outage.arm(match="/", kind=503, times=0)

    assert outage.http.get("/_simulator/state").status_code == 200
    assert outage.http.get(CONNECTOR).status_code == 503


def test_connect_is_refused_and_logged(outage: Running) -> None:
    host, port = outage.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(
            b"CONNECT dns.googleapis.com:443 HTTP/1.1\r\nHost: dns.googleapis.com:443\r\n\r\n"
        )
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert outage.requests()[-1]["method"] == "CONNECT"
