"""Many clients at once, clients that never finish, and a process that is killed."""

import json
import socket
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest

from runbook.processes.ports import free_port
from tests.runbook.simulator.running import (
    CONNECTOR,
    GLOBAL,
    INSTANCE,
    PATIENCE,
    Running,
    running,
    until,
)

ROOT = Path(__file__).resolve().parents[3]
CHECK = f"{GLOBAL}/healthChecks/staging-auth-health-check"
SERVICE = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/auth-staging"
VERSIONS = "/v1/projects/netra-staging/secrets/redis-url/versions"
PATHS = (CONNECTOR, INSTANCE, CHECK, SERVICE, "/v1/nowhere")
THREADS, CALLS = 16, 50


def _own_answers(address: str, number: int) -> Counter[str]:
    """How many of one client's calls were answered as they should."""
    told: Counter[str] = Counter()
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as http:
        for call in range(CALLS):
            path = PATHS[(number + call) % len(PATHS)]
            answer = http.get(path).json()
            told[path if _is_of(path, answer) else f"{path}: {answer}"] += 1
    return told


def _is_of(path: str, answer: Any) -> bool:
    if "error" in answer:
        return bool(path in answer["error"]["message"] and answer["error"]["code"] == 404)
    name = answer.get("name") or answer["metadata"]["name"]
    return bool(name.rpartition("/")[2] == path.rpartition("/")[2])


def test_many_clients_at_once_get_their_own_answers(healthy: Running) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        counts = pool.map(lambda number: _own_answers(healthy.address, number), range(THREADS))
        told = sum(counts, Counter[str]())

    assert told == dict.fromkeys(PATHS, THREADS * CALLS // len(PATHS))


@pytest.mark.parametrize(
    "begun", [b"GET /v1/x HT", b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
)
def test_client_that_never_finishes_holds_nobody_else_up(begun: bytes) -> None:
    with running(scenario="healthy") as simulator:
        host, port = simulator.address.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(50)]
        for connection in slow:
            connection.sendall(begun)

        assert simulator.get(CONNECTOR)["state"] == "READY"
    assert [connection.recv(1) for connection in slow] == [b""] * len(slow)
    for connection in slow:
        connection.close()


def test_state_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with _process(state) as first, httpx.Client(timeout=PATIENCE, trust_env=False) as http:
        address = _address(first)
        for _ in range(20):
            body = {"payload": {"data": "bmV3"}}
            http.post(f"{address}{VERSIONS[:-9]}:addVersion", json=body).raise_for_status()
        first.kill()
    with _process(state) as second, httpx.Client(timeout=PATIENCE, trust_env=False) as http:
        listed = http.get(f"{_address(second)}{VERSIONS}").json()["versions"]
        second.kill()

    assert len(listed) == 21
    assert json.loads(state.read_text())["scenario"] == "healthy"


def _process(state: Path) -> Popen[bytes]:
    command = ["-m", "runbook.simulator", "--port", str(free_port()), "--state", str(state)]
    return Popen([sys.executable, *command], cwd=ROOT)


def _address(process: Popen[bytes]) -> str:
    """Where it listens, once it does."""
    assert isinstance(process.args, list)
    address = f"http://127.0.0.1:{process.args[4]}"
    until(lambda: process.poll() is not None or _answers(address))
    return address


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_simulator/state", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
