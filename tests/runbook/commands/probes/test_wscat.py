"""wscat against a real WebSocket server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Outcome
from runbook.commands.probes.wscat import Wscat


def _answer(connection: ServerConnection, request: Request) -> Response | None:
    if request.path == "/down":
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "down")
    return None


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    def stay(connection: ServerConnection) -> None:
        for _ in connection:
            continue

    with serve(
        stay,
        "127.0.0.1",
        0,
        process_request=_answer,
        subprotocols=["chat"],  # type: ignore[list-item]  # a plain name
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.socket.getsockname()[1])
        server.shutdown()
        thread.join()


def run(text: str, port: int) -> tuple[Outcome, list[str]]:
    target = Target(
        "staging",
        "p",
        "r",
        allowed_hosts=(f"localhost:{port}",),
        allowed_networks=("127.0.0.0/8", "::1/128"),
    )
    printed: list[str] = []
    (line,) = shell.read(text, {}).lines
    assert shell.read(line.text, {}).lines == (line,)
    outcome = running.execute(
        line, Session(target), target, lambda text, _stream="stdout": printed.append(text)
    )
    return outcome, printed


def test_a_socket_opens_and_is_closed(port: int) -> None:
    outcome, printed = run(f"timeout 5s wscat -c ws://localhost:{port}/ws -s chat 2>&1", port)
    assert printed == ["Connected (press CTRL+C to quit)"]
    assert isinstance(outcome.result, dict)
    assert (outcome.result["status"], outcome.result["subprotocol"]) == (101, "chat")


def test_a_refusal_is_a_result(port: int) -> None:
    outcome, printed = run(f"wscat -c ws://localhost:{port}/down", port)
    assert printed[0] == "error: Unexpected server response: 503"
    assert outcome.state == "failed"
    assert isinstance(outcome.result, dict)
    assert outcome.result["status"] == 503


def test_no_server_is_a_failure_with_nothing(port: int) -> None:
    outcome, _ = run("wscat -c ws://localhost:1/", 1)
    assert outcome.message == "localhost cannot be reached: Connection refused."
    assert isinstance(outcome.result, dict)
    assert outcome.result["status"] == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("wss://a.b/", "'wss://a.b/' of wscat is not understood here."),
        ("-c wss://a.b/ -x hello", "'-x' of wscat is not understood here."),
        ("-c wss://a.b/ -n", "'-n' of wscat is not understood here."),
        ("-l 80", "'-l' of wscat is not understood here."),
        ("-c https://a.b/", "wscat takes exactly one address here, -c wss://HOST/PATH."),
        ("-c wss://a.b/ -H 'Host: c.d'", "The header 'Host: c.d' cannot be sent from here."),
    ],
)
def test_what_is_not_understood_is_not_run(words: str, why: str) -> None:
    assert shell.read(f"wscat {words}", {}).reason == why


def test_hosts_outside_are_refused() -> None:
    (line,) = shell.read("wscat -c wss://evil.example.com/", {}).lines
    assert isinstance(line.command, Wscat)
    assert line.command.outside(Target("staging", "p", "r")).startswith("evil.example.com is not")
