"""Loads against a real server on loopback: counted there, measured here, ended at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runbook.cloud.loads import LoadReport, Sample, percentile
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Cancelled, Effect, Outcome, Stream
from runbook.commands.loading import Loading
from tests.support.tls_server import make_certificate, serving_tls


class _Counting(BaseHTTPRequestHandler):
    """`/slow` never ends in time, `/broken` hangs up, every third request to `/some` is a 503."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str]] = []
    released = threading.Event()

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path))
        if self.path == "/slow":
            self.released.wait(30)
        if self.path == "/broken":
            self.close_connection = True
            return
        is_third = self.path == "/some" and len(self.asked) % 3 == 0
        self.send_response(503 if is_third else 200)
        self.send_header("content-length", "2")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"ok")

    do_HEAD = do_GET  # noqa: N815 (inherited)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
        """The tests' output is not a log."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients leave early here on purpose."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with _Server(("127.0.0.1", 0), _Counting) as server:
        threading.Thread(target=server.serve_forever).start()
        yield int(server.server_port)
        _Counting.released.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def _count_from_zero() -> None:
    _Counting.asked.clear()


def target(port: int) -> Target:
    return Target(
        "staging",
        "p",
        "r",
        allowed_hosts=(f"localhost:{port}",),
        allowed_networks=("127.0.0.0/8", "::1/128"),
    )


def run(text: str, port: int, cancel: Stream | None = None) -> tuple[Outcome, dict[Stream, str]]:
    printed: dict[Stream, str] = {"stdout": "", "stderr": ""}

    def emit(text: str, stream: Stream = "stdout") -> None:
        printed[stream] += f"{text}\n"
        if cancel == stream:
            raise Cancelled

    (line,) = shell.read(text, {}).lines
    assert shell.read(line.text, {}).lines == (line,)
    session = Session(target(port))
    plan = running.plan(line, session, target(port))
    return running.execute(line, session, target(port), emit, plan), printed


def test_a_cancellation_after_the_load_takes_nothing_of_it_back(port: int) -> None:
    outcome, _printed = run(f"hey -n 4 -c 2 http://localhost:{port}/", port, cancel="stdout")
    assert (outcome.state, len(_Counting.asked)) == ("succeeded", 4)


def test_hey_sends_what_it_says_and_measures_it(port: int) -> None:
    outcome, printed = run(f"hey -n 200 -c 20 http://localhost:{port}/", port)
    assert len(_Counting.asked) == 200
    assert isinstance(outcome.result, dict)
    assert outcome.result["requests"] == 200
    assert (outcome.result["error_rate"], outcome.result["statuses"]) == (0.0, {"200": 200})
    assert "  [200]\t200 responses\n" in printed["stdout"]
    assert [line.split(" in ")[0] for line in printed["stdout"].splitlines() if "% in" in line] == [
        "  10%",
        "  25%",
        "  50%",
        "  75%",
        "  90%",
        "  95%",
        "  99%",
    ]


def test_errors_are_counted_by_kind(port: int) -> None:
    outcome, printed = run(f"hey -n 30 -c 1 http://localhost:{port}/some", port)
    assert isinstance(outcome.result, dict)
    assert outcome.result["statuses"] == {"200": 20, "503": 10}
    assert (outcome.result["error_rate"], outcome.result["unanswered_time"]) == (0.333333, 0.0)
    broken, printed = run(f"hey -n 4 -c 2 http://localhost:{port}/broken", port)
    assert broken.state == "failed"
    assert "  [4]\tconnection broke\n" in printed["stdout"]


def test_a_timed_load_ends_in_time(port: int) -> None:
    outcome, _ = run(f"hey -z 1s -c 4 http://localhost:{port}/", port)
    assert isinstance(outcome.result, dict)
    assert outcome.state == "succeeded"
    assert isinstance(outcome.result["requests"], int)
    assert outcome.result["requests"] > 4


def test_cancelling_ends_requests_that_hang(port: int) -> None:
    before = threading.active_count()
    outcome, _ = run(f"hey -n 8 -c 8 -t 60 http://localhost:{port}/slow", port, cancel="stderr")
    assert outcome.state == "cancelled"
    _Counting.released.set()
    while threading.active_count() > before:
        time.sleep(0.01)


def test_a_handshake_nobody_trusts_is_an_error(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with serving_tls(make_certificate(tmp_path_factory.mktemp("load"))) as port:
        outcome, _ = run(f"hey -n 2 -c 1 https://localhost:{port}/", port)
    assert isinstance(outcome.result, dict)
    assert outcome.result["errors"] == {"TLS handshake failed": 2}


LOOP = 'for i in {{1..{n}}}; do\n  curl -I -s -w "%{{time_total}}s\\n" {url} &\ndone\nwait'


def test_a_loop_in_the_background_is_one_load(port: int) -> None:
    outcome, printed = run(LOOP.format(n=10, url=f"http://localhost:{port}/"), port)
    assert [method for method, _ in _Counting.asked] == ["HEAD"] * 10
    assert outcome.state == "succeeded"
    assert "  [200]\t10 responses\n" in printed["stderr"]


@pytest.mark.parametrize(("n", "effect"), [(10, Effect.READS), (11, Effect.CHANGES)])
def test_only_a_small_loop_reads(n: int, effect: Effect) -> None:
    read = shell.read(LOOP.format(n=n, url="https://a.b/"), {})
    assert read.effect is effect
    assert isinstance(read.lines[0].command, Loading)


def test_hey_is_planned_as_what_it_sends() -> None:
    (line,) = shell.read("hey -z 30s -c 50 https://a.b/", {}).lines
    assert line.command.effect is Effect.CHANGES
    here = Target("staging", "p", "r", allowed_hosts=("a.b",))
    plan = running.plan(line, Session(here), here)
    assert plan.changes[0].after == (
        "GET https://a.b/, for 30 s, at most 100000 requests, 50 at once"
    )
    assert plan.undo == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hey -c 101 https://a.b/", "A load has 1 to 100 connections here, not 101."),
        ("hey -n 100001 https://a.b/", "A load has 1 to 100000 requests here, not 100001."),
        ("hey -z 6m https://a.b/", "A load lasts at most 300 s here, written as 30s or 2m."),
        ("hey -n 1 -c 2 https://a.b/", "-n cannot be less than -c."),
        ("hey -m POST https://a.b/", "A load is sent with GET or HEAD here, not POST."),
        ("hey -d x https://a.b/", "The option -d of hey is not understood here."),
        ("hey", "hey takes exactly one address, after its options."),
        (
            "for i in {1..3}; do curl https://a.b/ & done",
            "Commands in the background need one 'wait' at the end here.",
        ),
        (
            "for i in {1..3}; do curl https://a.b/$i & done; wait",
            "Commands in the background are run only when they are all the same.",
        ),
        (
            "for i in {1..3}; do gcloud projects list & done; wait",
            "",
        ),
    ],
)
def test_what_is_not_understood_is_not_run(text: str, why: str) -> None:
    read = shell.read(text, {})
    assert read.lines == ()
    assert not why or read.reason == why


def test_percentiles_are_those_of_the_samples() -> None:
    times = [float(n) for n in range(1, 101)]
    assert [percentile(times, at) for at in (0, 50, 90, 99, 100)] == [1.0, 50.0, 90.0, 99.0, 100.0]
    assert percentile([], 50) == 0.0
    assert LoadReport((Sample(1.0, 200), Sample(1.0, error="x")), 1.0, 0.0).error_rate == 0.5
