"""The process: command lines, signals, and what it refuses to serve."""

import argparse
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from runbook.processes.ports import free_port
from runbook.simulator.arguments import add_arguments, seconds, speed
from runbook.simulator.serve import serve
from tests.runbook.simulator.running import CONNECTOR, PATIENCE, Running, until

ROOT = Path(__file__).resolve().parents[3]


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_simulator/state", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _connect(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def _struck(http: httpx.Client, address: str) -> bool:
    log = http.get(f"{address}/_simulator/log").json()["requests"]
    return bool(log[-1]["fault"] == "hang")


@contextmanager
def _process(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or _answers(address))
        yield process, address
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_at_once_with_its_state_saved(tmp_path: Path, how: signal.Signals) -> None:
    state = tmp_path / "state.json"
    command = ("-m", "runbook.simulator", "--scenario", "issue-1278", "--state", str(state))
    with (
        _process(*command) as (process, address),
        httpx.Client(timeout=PATIENCE, trust_env=False) as http,
    ):
        http.post(f"{address}/_simulator/faults", json={"match": "/v1/flags", "kind": "hang"})
        http.patch(address + CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
        held = _connect(address)
        held.sendall(b"GET /v1/flags HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: _struck(http, address))
        process.send_signal(how)
        process.wait(PATIENCE)
        held.close()
        assert process.stderr is not None
        complaints = process.stderr.read()

    assert complaints == ""
    saved = json.loads(state.read_text())["resources"]
    assert saved[f"vpcaccess{CONNECTOR.removeprefix('/v1')}"]["state"] == "UPDATING"


def test_management_command_serves_the_same() -> None:
    command = ("manage.py", "simulate", "--scenario", "healthy", "--latency", "50ms")
    with _process(*command) as (_, address):
        answer = httpx.get(address + CONNECTOR, timeout=PATIENCE, trust_env=False)

    assert answer.json()["state"] == "READY"
    assert answer.elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize("wrong", ["--scenario=nowhere", "--latency=soon", "--speed=0"])
def test_wrong_option_is_refused_by_the_command_line(wrong: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    with pytest.raises(SystemExit):
        parser.parse_args(["--port=1", wrong])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])  # noqa: S104 - refused
def test_host_that_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        serve(host=host, port=1, scenario="healthy")


def test_options_become_the_arguments_of_serve() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    given = ["--port=1", "--scenario=issue-1278", "--latency=50ms", "--speed=10", "--state=file"]

    assert vars(parser.parse_args(given)) == {
        "host": "127.0.0.1",
        "port": 1,
        "scenario": "issue-1278",
        "latency": 0.05,
        "speed": 10.0,
        "state_file": Path("file"),
        "saves": None,
    }


@pytest.mark.parametrize(("text", "value"), [("50ms", 0.05), ("1s", 1.0), ("0.5", 0.5)])
def test_times_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "fast", "-1", "0", "10ms"])
def test_speed_must_be_a_positive_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        speed(text)


def test_answer_is_sent_in_one_write(outage: Running) -> None:
    with _connect(outage.address) as connection:
        for _ in range(20):
            connection.sendall(f"GET {CONNECTOR} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 OK")
            assert answer.endswith(b"}")


def test_absolute_form_targets_are_understood(healthy: Running) -> None:
    with httpx.Client(proxy=healthy.address, timeout=PATIENCE) as http:
        connector = http.get(f"http://vpcaccess.googleapis.com{CONNECTOR}")
        site = http.get("http://staging.netrasystems.ai/health")

    assert (connector.json()["state"], site.json()["status"]) == ("READY", "healthy")
