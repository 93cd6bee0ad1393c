"""A simulator in a thread of this process, spoken to over real HTTP."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httplib2
import httpx
from google.auth.credentials import AnonymousCredentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient import discovery

from runbook.simulator.app import create_app
from runbook.simulator.serve import server_of

PROJECT = "netra-staging"
_PLAIN = SSLContext(PROTOCOL_TLS_CLIENT)  # unused; httpx would read all certificates each time
PATIENCE = 60.0
"""Seconds for an answer, on a machine that does other things too."""
CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector"
INSTANCE = "/v1/projects/netra-staging/instances/netra-staging-db"
GLOBAL = "/compute/v1/projects/netra-staging/global"


class Time:
    """The time of a simulator, which may be held: what takes a moment is then still going on when a
    busy machine comes to look."""

    def __init__(self) -> None:
        self._held: float | None = None

    def __call__(self) -> float:
        return time.time() if self._held is None else self._held

    @contextmanager
    def held(self) -> Iterator[None]:
        self._held = time.time()
        try:
            yield
        finally:
            self._held = None


@dataclass(frozen=True)
class Running:
    """`address` is where it listens; `http` sends to it and keeps its connection; `held` is a block
    in which its time stands still."""

    address: str
    http: httpx.Client
    held: Callable[[], AbstractContextManager[None]]

    def get(self, path: str) -> Any:
        return self.http.get(path).json()

    def arm(self, **fault: Any) -> None:
        self.http.post("/_simulator/faults", json=fault).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.get("/_simulator/log")["requests"]
        return listed

    @contextmanager
    def client(self, api: str, version: str) -> Iterator[tuple[Any, AuthorizedHttp]]:
        """A discovery client and the connection for its `execute(http=…)`."""
        http = AuthorizedHttp(AnonymousCredentials(), httplib2.Http(timeout=PATIENCE))
        service = discovery.build(
            api,
            version,
            static_discovery=True,
            cache_discovery=False,
            http=http,
            client_options={"api_endpoint": f"{self.address}/"},
        )
        try:
            yield service, http
        finally:
            service.close()
            http.close()


@contextmanager
def running(**options: Any) -> Iterator[Running]:
    """A simulator on a free port; the options are those of `create_app`."""
    own = Time()
    server = server_of(create_app(**{"now": own, **options}), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(
            base_url=address, timeout=PATIENCE, trust_env=False, verify=_PLAIN
        ) as http:
            yield Running(address, http, own.held)
    finally:
        server.should_exit = True
        thread.join()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
