"""Pages for probes: permitted hosts only, public addresses only, bounded in time and size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import is_permitted, is_public, refused_url
from runbook.cloud.pages import MOST_BYTES, Request
from runbook.cloud.target import Target
from runbook.cloud.web import Web

HOST = "app.example.com"


class _Pages(BaseHTTPRequestHandler):
    """`/big` is larger than the bound, `/to/X` leads to X, `/echo` says what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self._send(302, b"", location=self.path.removeprefix("/to/"))
        elif self.path == "/big":
            self._send(200, b"x" * (2 * MOST_BYTES))
        else:
            asked = (self.headers["host"], self.headers.get("x-forwarded-proto"), self.path)
            self._send(200, repr(asked).encode())

    def _send(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
        """The tests' output is not a log."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Clients leave early here on purpose."""


@contextmanager
def serving() -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
def target(address: str) -> Target:
    return Target(
        "drill",
        "netra-staging",
        "us-central1",
        endpoint=address,
        allowed_hosts=(HOST,),
        routes={HOST: address},
        read_timeout=5.0,
    )


def test_fetch_asks_the_route_in_the_name_of_the_host(target: Target) -> None:
    page = Web(target).fetch(Request(f"https://{HOST}/echo?a=1"))
    assert page.body == repr((HOST, "https", "/echo?a=1"))
    assert (page.status, page.url) == (200, f"https://{HOST}/echo?a=1")


def test_fetch_cuts_a_body_at_its_bound(target: Target) -> None:
    assert len(Web(target).fetch(Request(f"http://{HOST}/big")).body) == MOST_BYTES


def test_fetch_follows_redirects_only_when_told(target: Target) -> None:
    url = f"https://{HOST}/to//echo"
    assert Web(target).fetch(Request(url)).status == 302
    followed = Web(target).fetch(Request(url, follows_redirects=True))
    assert (followed.status, followed.redirects) == (200, 1)


@pytest.mark.parametrize("elsewhere", ["http://169.254.169.254/", "https://evil.example.com/"])
def test_fetch_never_follows_a_redirect_to_another_host(target: Target, elsewhere: str) -> None:
    request = Request(f"https://{HOST}/to/{elsewhere}", follows_redirects=True)
    with pytest.raises(CloudError) as caught:
        Web(target).fetch(request)
    assert caught.value.kind == "DENIED"


def test_fetch_stops_at_a_bound_of_redirects(target: Target) -> None:
    loop = "/to/" * 12 + "/echo"
    with pytest.raises(CloudError) as caught:
        Web(target).fetch(Request(f"https://{HOST}{loop}", follows_redirects=True))
    assert caught.value.kind == "BAD_RESPONSE"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "169.254.169.254", "10.0.0.1"])
def test_fetch_refuses_inner_addresses_even_of_allowed_hosts(target: Target, host: str) -> None:
    real = replace(target, endpoint="", routes={}, allowed_hosts=(host,))
    with pytest.raises(CloudError) as caught:
        Web(real).fetch(Request(f"http://{host}/"))
    assert caught.value.kind == "DENIED"
    assert caught.value.message.endswith("which is not a public address.")


def test_routes_are_refused_outside_of_simulated_environments(target: Target) -> None:
    with pytest.raises(CloudError) as caught:
        Web(replace(target, endpoint="")).fetch(Request(f"https://{HOST}/"))
    assert caught.value.message == "Only a simulated environment answers for other hosts."


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 (an address to refuse)
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
    ],
)
def test_only_public_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("10.21.0.1", False),
        ("127.0.0.1", False),
        ("169.254.1.1", True),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("fd20:ce::254", False),
        ("fd20:ce::1", True),
        ("8.8.8.8", True),
    ],
)
def test_allowed_networks_open_all_but_the_metadata_server(
    target: Target, address: str, permitted: bool
) -> None:
    networks = ("10.20.0.0/16", "169.254.0.0/16", "fd20::/16")
    assert is_permitted(address, replace(target, allowed_networks=networks)) == permitted


def test_a_host_with_a_port_is_allowed_on_that_port_besides(target: Target) -> None:
    real = replace(target, endpoint="", routes={}, allowed_hosts=("a.example.com:8443",))
    assert refused_url("https://a.example.com:8443/", real) == ""
    assert refused_url("https://a.example.com/", real) == ""
    assert refused_url("https://a.example.com:8444/", real).startswith("Probes ask ports")


def test_the_connection_goes_to_the_address_that_was_checked(address: str) -> None:
    port = int(address.rpartition(":")[2])
    inside = Target(
        "t", "p", "r", allowed_hosts=(f"localhost:{port}",), allowed_networks=("127.0.0.0/8",)
    )
    if any(":" in found for found in _addresses("localhost")):
        inside = replace(inside, allowed_networks=("127.0.0.0/8", "::1/128"))
    page = Web(inside).fetch(Request(f"http://localhost:{port}/echo"))
    assert (page.status, page.address, page.port) == (200, "127.0.0.1", port)
    closed = replace(inside, allowed_networks=())
    with pytest.raises(CloudError, match="not a public address"):
        Web(closed).fetch(Request(f"http://localhost:{port}/echo"))


def _addresses(host: str) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, 80)]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"https://{HOST}/", ""),
        (f"https://{HOST}:443/", ""),
        (f"https://{HOST}:8080/", "Probes ask ports 80 and 443 only, not 8080."),
        (f"https://{HOST}:99999/", f"'https://{HOST}:99999/' is not an address of the web."),
        (f"ftp://{HOST}/", f"'ftp://{HOST}/' is not an address of the web."),
        (f"https://a@{HOST}/", "An address with a user name or password in it is not asked."),
        (
            "https://example.com/",
            "example.com is not one of the hosts that drill lets probes ask.",
        ),
    ],
)
def test_refused_url_says_why(target: Target, url: str, why: str) -> None:
    assert refused_url(url, target) == why
