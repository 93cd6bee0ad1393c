"""Sessions: where they may point, and that threads do not mix their answers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.document.definition import Json
from tests.runbook.simulated import Simulated

PLACE = Place("netra-staging")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1:1",
        "http://10.0.0.1:80",
        "http://example.com",
        "127.0.0.1:80",
        "http://evil.example.com\\@127.0.0.1/",
        "http://a:b@127.0.0.1:80",
        "http://127.0.0.1:80@evil.example.com",
        "http://127.0.0.1:80#@evil.example.com",
        "http://127.0.0.1:80/compute?x",
        "http://localhost.example.com",
        "http://127.0.0.1\n:80",
        "http://127.0.0.1:٨٠",
    ],
)
def test_session_refuses_a_simulator_elsewhere(endpoint: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        Session(Target("t", "netra-staging", "us-central1", endpoint=endpoint))


def test_no_client_follows_a_redirect_of_a_simulator() -> None:
    asked: list[str] = []

    class Leading(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
            """The tests' output is not a log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Leading) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        session = Session(Target("t", "netra-staging", "us-central1", endpoint=endpoint))
        with pytest.raises(CloudError):
            session.compute.get("healthChecks", PLACE, "a")
        with pytest.raises(CloudError):
            session.sql.instance("netra-staging", "a")
        server.shutdown()
    assert len(asked) == 2
    assert "/elsewhere" not in asked


def test_session_within_shortens_its_bounds_only() -> None:
    session = Session(Target("t", "netra-staging", "us-central1"), request_id="r")
    short = session.within(5)
    assert (short.target.deadline, short.target.read_timeout, short.request_id) == (5, 5, "r")
    assert session.within(10_000).target == session.target


def test_client_of_compute_is_loaded_by_who_asks_it_alone() -> None:
    """It takes two seconds and 100 MB, which a check of secrets does not need."""
    script = "import sys, runbook.cloud.sessions; print('google.cloud.compute_v1' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], check=True, capture_output=True, text=True
    )
    assert ended.stdout.strip() == "False"


def test_threads_get_their_own_answers(cloud: Simulated) -> None:
    """A discovery client shared by threads hands one thread's answer to another: 800 of 800."""
    session = cloud.session()
    parent = "projects/netra-staging"
    connector = f"{parent}/locations/us-central1/connectors/staging-connector"
    secrets = ("redis-url", "smtp-password", "oauth-client-id")
    reads: list[tuple[Callable[[], dict[str, Json]], str]] = [
        (partial(session.sql.instance, "netra-staging", "netra-staging-db"), "netra-staging-db"),
        (partial(session.vpc_access.connector, connector), connector),
        *(
            (partial(session.compute.get, "healthChecks", PLACE, name), name)
            for name in ("staging-backend-health-check", "staging-auth-health-check")
        ),
        *(
            (partial(session.secrets.version, f"{parent}/secrets/{name}/versions/latest"), name)
            for name in secrets
        ),
    ]

    def ask(number: int) -> bool:
        read, name = reads[number % len(reads)]
        return name in str(read()["name"])

    with ThreadPoolExecutor(16) as pool:
        right = sum(pool.map(ask, range(800)))
    assert right == 800


def test_compute_resources_look_like_the_rest_api(cloud: Simulated) -> None:
    found = cloud.session().compute.get("healthChecks", PLACE, "staging-backend-health-check")
    assert (found["timeoutSec"], type(found["id"])) == (5, str)
    assert found["selfLink"] == (
        "https://www.googleapis.com/compute/v1/projects/netra-staging/global/healthChecks/"
        "staging-backend-health-check"
    )


def test_a_proxy_of_the_environment_does_not_see_the_simulator(
    cloud: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    session = cloud.session()
    assert session.sql.instance("netra-staging", "netra-staging-db")["state"] == "MAINTENANCE"
    found = session.compute.get("backendServices", PLACE, "staging-backend-service")
    assert found["name"] == "staging-backend-service"
