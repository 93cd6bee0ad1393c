"""Servers that want to keep a probe, lead it elsewhere or fill the memory of its worker."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import is_permitted, is_public
from runbook.cloud.load import Loads
from runbook.cloud.loads import Load
from runbook.cloud.pages import MOST_BYTES, Page, Request
from runbook.cloud.target import Target
from runbook.cloud.upgrades import Upgrade
from runbook.cloud.web import Web
from runbook.cloud.websocket import WebSocket

Answering = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Answering) -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that answers every request so, and what it was asked."""
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            asked.append(connection.recv(65536))
            answer(connection)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1]), asked
        listener.shutdown(socket.SHUT_RDWR)


def always(head: bytes, body: bytes = b"") -> Answering:
    return lambda connection: connection.sendall(head + b"\r\n\r\n" + body)


def leading_to(location: bytes) -> Answering:
    return always(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + location)


def dripping(start: bytes, drop: bytes) -> Answering:
    """A drop in time for every time-out, for as long as somebody listens."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            time.sleep(0.02)
            connection.sendall(drop)

    return answer


def target_of(*ports: int, read_timeout: float = 5.0) -> Target:
    return Target(
        "staging",
        "p",
        "r",
        allowed_hosts=("localhost", "127.0.0.1", *(f"localhost:{port}" for port in ports)),
        allowed_networks=("127.0.0.0/8", "::1/128"),
        read_timeout=read_timeout,
    )


def fetch(port: int, *, others: tuple[int, ...] = (), **asked: object) -> Page:
    target = target_of(port, *others, read_timeout=float(str(asked.pop("within", 5.0))))
    return Web(target).fetch(Request(f"http://localhost:{port}/", **asked))  # type: ignore[arg-type]  # one field each


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nx: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", b"a"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    ],
    ids=["head", "continue", "chunk", "body"],
)
def test_a_page_ends_in_time_however_slowly_it_drips(start: bytes, drop: bytes) -> None:
    with serving(dripping(start, drop)) as (port, _), pytest.raises(CloudError) as caught:
        fetch(port, within=0.3)
    assert caught.value.message == "localhost did not answer within 0.3 s."


def test_a_body_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (8 * 1024 * 1024))
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}"
    with serving(always(head.encode(), bomb)) as (port, _):
        page = fetch(port)
    assert page.size == len(bomb) < MOST_BYTES


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (b"http://[/", "BAD_RESPONSE"),
        (b"http://localhost:99999/", "BAD_RESPONSE"),
        (b"/\x01", "BAD_RESPONSE"),
        (b"/" + b"a" * 70_000, "BAD_RESPONSE"),
        (b"//169.254.169.254/latest", "DENIED"),
        (b"http://localhost@169.254.169.254/", "DENIED"),
        (b"http://localhost\\@169.254.169.254/", "DENIED"),
        (b"http://0251.0376.0251.0376/", "DENIED"),
        (b"http://0xa9fea9fe/", "DENIED"),
        (b"http://2852039166/", "DENIED"),
        (b"http://127.1/", "DENIED"),
        (b"http://[::ffff:127.0.0.1]/", "DENIED"),
        (b"http://[fe80::1%25eth0]/", "DENIED"),
        (b"http://localhost./", "DENIED"),
        (b"http://localhost:22/", "DENIED"),
        (b"file:///etc/passwd", "DENIED"),
        (b"gopher://localhost/", "DENIED"),
        ("http://ｌocalhost/".encode(), "DENIED"),  # noqa: RUF001 (a letter that looks alike)
        ("http://bücher.example/".encode(), "DENIED"),
    ],
)
def test_a_redirect_leads_nowhere_else(location: bytes, kind: str) -> None:
    with serving(leading_to(location)) as (port, asked):
        assert fetch(port).status == 302
        with pytest.raises(CloudError) as caught:
            fetch(port, follows_redirects=True)
    assert (caught.value.kind, len(asked)) == (kind, 2)


def test_credentials_stay_with_the_host_they_are_for() -> None:
    headers = (("authorization", "Bearer abc"), ("cookie", "a=b"), ("x-trace", "1"))
    with (
        serving(always(b"HTTP/1.1 200 OK\r\ncontent-length: 0")) as (other, heard),
        serving(leading_to(f"http://localhost:{other}/".encode())) as (port, asked),
    ):
        fetch(port, others=(other,), headers=headers, follows_redirects=True)
    assert b"authorization: Bearer abc" in asked[0]
    assert b"abc" not in heard[0]
    assert b"a=b" not in heard[0]
    assert b"x-trace: 1" in heard[0]


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(always(b"HTTP/1.1 200 OK\r\ncontent-length: 0")) as (port, _),
        serving(always(b"HTTP/1.1 500 Proxy\r\ncontent-length: 0")) as (proxy, asked_proxy),
    ):
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert fetch(port).status == 200
        load = Load(f"http://localhost:{port}/", "GET", 1, 1)
        assert Loads(target_of(port)).send(load, print).statuses == {200: 1}
        assert WebSocket(target_of(port)).upgrade(Upgrade(f"ws://localhost:{port}/")).status == 200
    assert asked_proxy == []


@pytest.mark.parametrize("location", [b"/else", b"ws://169.254.169.254/", b"http://[/", b"x:"])
def test_a_socket_follows_no_redirect(location: bytes) -> None:
    with serving(leading_to(location)) as (port, asked):
        found = WebSocket(target_of(port)).upgrade(Upgrade(f"ws://localhost:{port}/"))
    assert (found.status, found.reason, len(asked)) == (302, "Found", 1)


def test_the_end_of_a_load_does_not_wait_for_those_that_cannot_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The listener's queue is full: the kernel answers no further connection."""
    monkeypatch.setattr("runbook.cloud.load._LEFT_WAITING", 60.0)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        before = threading.active_count()
        load = Load(f"http://localhost:{port}/", "GET", 8, 8, seconds=0.2, patience=4.0)
        report = Loads(target_of(port)).send(load, print)
        assert threading.active_count() > before
    assert report.samples == ()


FINE = always(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0")


def test_connections_that_hang_are_errors_of_a_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth answers all the rest, for which a busy machine has time."""
    monkeypatch.setattr("runbook.cloud.load._LEFT_WAITING", 0.3)
    ended, hanging = threading.Event(), iter(range(3))

    def answer(connection: socket.socket) -> None:
        if next(hanging, None) is not None:
            ended.wait(60)
        FINE(connection)

    with serving(answer) as (port, _):
        load = Load(f"http://localhost:{port}/", "GET", 4, 40, seconds=2.0)
        report = Loads(target_of(port)).send(load, print)
        ended.set()
    assert report.errors == {"no answer by the end": 3}
    assert (report.statuses, report.error_rate) == ({200: 37}, 3 / 40)
    assert report.unanswered_time > 0.5


def test_who_is_merely_slow_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answers are under way at the end for less long than the first ones took."""
    monkeypatch.setattr("runbook.cloud.load._LEFT_WAITING", 0.1)

    def slowly(connection: socket.socket) -> None:
        time.sleep(1.5)
        FINE(connection)

    with serving(slowly) as (port, _):
        load = Load(f"http://localhost:{port}/", "GET", 2, 100, seconds=2.5)
        report = Loads(target_of(port)).send(load, print)
    assert (set(report.statuses), report.errors) == ({200}, {})


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "fec0::1",
        "2001::1",
        "2001:db8::1",
        "5f00::1",
        "2002:a9fe:a9fe::1",
        "64:ff9b::169.254.169.254",
    ],
)
def test_forms_of_ipv6_that_carry_or_are_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd20:ce::254"],
)
def test_no_allowed_network_opens_the_metadata_server(address: str) -> None:
    everything = Target("t", "p", "r", allowed_networks=("0.0.0.0/0", "::/0"))
    assert not is_permitted(address, everything)
