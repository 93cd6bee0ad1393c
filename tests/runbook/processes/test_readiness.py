import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from runbook.processes.plan import Ready
from runbook.processes.ports import free_port
from runbook.processes.readiness import answers


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a child asks again; these tests ask once."""
    monkeypatch.setattr("runbook.processes.readiness._PATIENCE", 60.0)


@contextmanager
def server_saying(words: bytes) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(words)

        thread = Thread(target=answer_once)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/health/live"
        thread.join()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"SSH-2.0-somebody\r\n", False),
        (b"", False),
    ],
)
def test_answers_over_http(words: bytes, expected: bool) -> None:
    with server_saying(words) as url:
        assert answers(Ready("http", url)) is expected


def test_answers_is_false_when_nobody_listens(tmp_path: Path) -> None:
    assert answers(Ready("http", f"http://127.0.0.1:{free_port()}/")) is False
    assert answers(Ready("redis", str(tmp_path / "no.sock"))) is False


def test_answers_of_a_real_redis(redis_url: str) -> None:
    assert answers(Ready("redis", redis_url.removeprefix("unix://"))) is True


def test_answers_asks_nobody_where_output_or_time_tells() -> None:
    assert answers(Ready("line", "ready")) is False
    assert answers(Ready("started")) is False
