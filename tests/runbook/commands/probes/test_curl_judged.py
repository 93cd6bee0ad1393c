"""curl against a server on loopback prints what the real curl prints of it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Outcome, Stream

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class _Statuses(BaseHTTPRequestHandler):
    """`/404` answers with that status; 302 leads to `/200`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = int(self.path.strip("/"))
        body = b"" if status == 204 else b"hello"
        self.send_response_only(status)
        self.send_header("X-Thing", "Y")
        self.send_header("content-type", "text/plain")
        if status == 302:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 (inherited)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
        """The tests' output is not a log."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Statuses) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


def ours(text: str, port: int) -> tuple[Outcome, dict[Stream, str]]:
    target = Target(
        "staging",
        "p",
        "r",
        allowed_hosts=(f"localhost:{port}", "localhost:1", "nowhere.invalid"),
        allowed_networks=("127.0.0.0/8", "::1/128"),
    )
    printed: dict[Stream, str] = {"stdout": "", "stderr": ""}

    def emit(text: str, stream: Stream = "stdout") -> None:
        printed[stream] += f"{text}\n"

    (line,) = shell.read(text, {}).lines
    return running.execute(line, Session(target), target, emit), printed


WRITTEN = (
    "%{http_code} %{response_code} %{num_redirects} %{url_effective} %{size_download} "
    "%{size_header} %{content_type} %{http_version} %{method} %{scheme} %{redirect_url} "
    "%{remote_ip} %{remote_port} %{exitcode} 100%% \\q \\t|\\n"
)


@pytest.mark.parametrize(
    "words",
    [
        "-s {0}/200",
        "-I -s {0}/200",
        "-si {0}/200",
        "-sIL {0}/302",
        "-siL {0}/302",
        "-sf {0}/404",
        "-sfi {0}/404",
        "-sfI {0}/404",
        "-s {0}/503",
        "-s {0}/204",
        "-sf {0}/404 -w 'Health: %{{http_code}}\\n' -o /dev/null",
        "-sS {0}/200 -w 'Status: %{{http_code}}, type: %{{content_type}}\\n'",
        "-s -w '{1}' {0}/200",
        "-sL -w '{1}' {0}/302",
        "-s -w '{1}' -o /dev/null {0}/302",
        "-s -w '%{{http_code}} %{{exitcode}} %{{time_total}}x' --fail {0}/200 -o /dev/null -m 5",
    ],
)
def test_it_prints_what_curl_prints(port: int, words: str) -> None:
    text = "curl -4 " + words.format(f"http://localhost:{port}", WRITTEN)
    real = subprocess.run(["sh", "-c", text], capture_output=True, check=False)
    outcome, printed = ours(text.replace(" -4", ""), port)
    assert _same_clock(printed["stdout"]) == _same_clock(_whole_lines(real.stdout.decode()))
    assert isinstance(outcome.result, dict)
    assert outcome.result["exit"] == real.returncode


def _whole_lines(text: str) -> str:
    """Our output has no unfinished line; curl's body may be one."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def _same_clock(text: str) -> str:
    """Only the time differs between two runs, and its form does not."""
    return "0.x\n" if text.endswith("x\n") and text.startswith("200 0 0.") else text


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("-sSf", "http://localhost:{0}/404"),
        ("-sS", "http://nowhere.invalid/"),
        ("-s", "http://nowhere.invalid/"),
        ("-s -o /dev/null -w '%{{http_code}}\\n'", "http://localhost:1/"),
    ],
)
def test_it_complains_as_curl_complains(port: int, words: str, url: str) -> None:
    text = f"curl {words} {url}".format(port)
    real = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
    outcome, printed = ours(text, port)
    assert printed["stdout"] == real.stdout
    own = f"ERROR: {outcome.message}\n"
    assert printed["stderr"].removesuffix(own) == real.stderr
    assert isinstance(outcome.result, dict)
    assert outcome.result["exit"] == real.returncode


def test_timings_are_told_apart(port: int) -> None:
    outcome, _ = ours(f"curl -s http://localhost:{port}/200", port)
    assert isinstance(outcome.result, dict)
    timings = outcome.result["timings"]
    assert isinstance(timings, dict)
    lookup, connect, start = (timings[name] for name in ("lookup", "connect", "start"))
    assert isinstance(lookup, float)
    assert isinstance(connect, float)
    assert isinstance(start, float)
    assert 0 < lookup <= connect <= start
    assert timings["tls"] == 0.0


def test_a_head_by_method_is_cautioned() -> None:
    (line,) = shell.read("curl -X HEAD https://a.b/", {}).lines
    assert [caution.code for caution in line.command.cautions()] == ["curl-waits-for-body"]
    (line,) = shell.read("curl -I https://a.b/", {}).lines
    assert line.command.cautions() == ()
