"""openssl s_client | openssl x509: prints what the real openssl prints of the same server."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Outcome, Stream
from tests.support.tls_server import make_certificate, serving_tls


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving_tls(make_certificate(tmp_path_factory.mktemp("tls"))) as port:
        yield port


@pytest.fixture(scope="module")
def expired_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("expired")
    with serving_tls(make_certificate(folder, ends_in=timedelta(hours=-30))) as port:
        yield port


def command(port: int, shown: str, front: str = "echo | ") -> str:
    asked = f"openssl s_client -servername localhost -connect localhost:{port}"
    return f"{front}{asked} 2>/dev/null | openssl x509 -noout {shown}"


def run(text: str, port: int) -> tuple[Outcome, str]:
    target = Target(
        "staging",
        "netra-staging",
        "us-central1",
        allowed_hosts=(f"localhost:{port}",),
        allowed_networks=("127.0.0.0/8", "::1/128"),
    )
    printed: list[str] = []

    def emit(text: str, stream: Stream = "stdout") -> None:
        if stream == "stdout":
            printed.append(f"{text}\n")

    (line,) = shell.read(text, {}).lines
    assert shell.read(line.text, {}).lines == (line,)
    return running.execute(line, Session(target), target, emit), "".join(printed)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    "shown",
    [
        "-dates",
        "-subject -issuer -enddate",
        "-enddate -dates -serial",
        "-fingerprint -sha256 -ext subjectAltName -startdate",
        "-checkend 86400 -subject",
        "-enddate -checkend 8640000",
    ],
)
def test_it_prints_what_openssl_prints(port: int, shown: str) -> None:
    text = command(port, shown)
    real = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
    outcome, printed = run(text, port)
    assert printed == real.stdout
    assert (outcome.state == "succeeded") == (real.returncode == 0)


def test_a_certificate_nobody_trusts_is_a_result(port: int) -> None:
    outcome, _ = run(command(port, "-dates", front=""), port)
    assert outcome.state == "succeeded"
    assert isinstance(outcome.result, dict)
    assert outcome.result["verified"] is False
    assert outcome.result["why"] == "self-signed certificate"
    assert outcome.result["names"] == ["localhost", "*.example.com"]
    assert outcome.result["subject"] == 'C = US, O = "Netra, \\"Inc\\"", CN = localhost'
    assert outcome.result["days_left"] == 29
    assert outcome.result["protocol"] == "TLSv1.3"


def test_an_expired_certificate_has_negative_days_left(expired_port: int) -> None:
    outcome, _ = run(command(expired_port, "-enddate"), expired_port)
    assert isinstance(outcome.result, dict)
    assert outcome.result["days_left"] == -2
    assert re.fullmatch(r"The certificate of localhost expired 20\d\d-\d\d-\d\d\.", outcome.message)


def test_a_refused_connection_is_a_failure_with_nothing(expired_port: int) -> None:
    text = command(1, "-dates")
    outcome, printed = run(text, 1)
    assert (outcome.state, printed) == ("failed", "")
    assert outcome.message == "localhost cannot be reached: Connection refused."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("openssl s_client -connect a.b:443", "The words of a whole TLS session are not printed"),
        (
            "openssl s_client -connect a.b:443 | openssl x509 -dates",
            "Write openssl x509 with -noout",
        ),
        (
            "openssl s_client -connect a.b:443 -proxy c:1 | openssl x509 -noout -dates",
            "The option -proxy of openssl s_client",
        ),
        (
            "openssl s_client -connect a.b:443 | openssl x509 -noout -dates -out x",
            "The option -out of openssl x509",
        ),
        (
            "openssl s_client | openssl x509 -noout -dates",
            "openssl s_client needs -connect HOST:PORT here.",
        ),
        (
            "openssl s_client -connect a.b:443 | openssl x509 -noout -dates </dev/null",
            "Feeding text into a command needs a shell.",
        ),
        ("openssl rand -hex 8", "openssl is not a program that is run from here."),
    ],
)
def test_what_is_not_understood_is_not_run(text: str, why: str) -> None:
    assert shell.read(text, {}).reason.startswith(why)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("evil.example.com:443", "evil.example.com is not one of the hosts that"),
        ("app.example.com:22", "Probes ask ports 80 and 443 only, not 22."),
        ("app.example.com:443 -servername evil.example.com", "evil.example.com is not one"),
    ],
)
def test_hosts_and_ports_outside_are_refused(place: str, why: str) -> None:
    target = Target("staging", "p", "r", allowed_hosts=("app.example.com",))
    text = f"openssl s_client -connect {place} </dev/null | openssl x509 -noout -dates"
    (line,) = shell.read(text, {}).lines
    assert line.command.outside(target).startswith(why)
