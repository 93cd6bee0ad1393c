"""Serving the simulator over HTTP on a loopback address."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runbook.simulator.app import CONNECTION, Simulator, create_app

_KEEP_ALIVE_SECONDS = 75


class OneWritePerAnswer(asyncio.Transport):
    """A transport that sends what was written in one turn of the loop as one packet.

    Head and body of an answer would otherwise be two, which costs clients up to 40 ms.
    """

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self._inner = inner
        self._pending: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._flush)
        self._pending.append(bytes(data))

    def close(self) -> None:
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        self._pending.clear()
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._inner.get_extra_info(name, default)

    def _flush(self) -> None:
        if self._pending:
            self._inner.write(b"".join(self._pending))
            self._pending.clear()


class Protocol(HttpToolsProtocol):
    """Lets the application cut its connection, and lets it see (and refuse) CONNECT."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        if connection := transport.get_extra_info("socket"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(OneWritePerAnswer(transport))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]  # ours

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == b"CONNECT":
            self.url = b"/" + self.url
        super().on_headers_complete()


class Server(uvicorn.Server):
    """Ends within a second of a signal: requests that are still held are cut."""

    def __init__(self, config: uvicorn.Config, simulator: Simulator) -> None:
        super().__init__(config)
        self._simulator = simulator

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._simulator.stop()
        await super().shutdown(sockets)


def server_of(simulator: Simulator, *, host: str, port: int) -> Server:
    """A server that is ready to run. Raises ValueError for a host that others could reach."""
    if not _is_loopback(host):
        raise ValueError(f"The simulator serves loopback addresses only, not {host}.")
    config = uvicorn.Config(
        simulator,
        host=host,
        port=port,
        http=Protocol,
        ws="none",
        loop="asyncio",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    return Server(config, simulator)


def serve(
    *,
    host: str = "127.0.0.1",
    port: int,
    scenario: str,
    state_file: Path | None = None,
    saves: Path | None = None,
    speed: float = 1.0,
    latency: float = 0.0,
) -> None:
    """Serves until SIGINT or SIGTERM. Raises ValueError for a host that others could reach and for
    an unknown scenario."""
    simulator = create_app(
        scenario=scenario, state_file=state_file, saves=saves, speed=speed, latency=latency
    )
    with contextlib.suppress(KeyboardInterrupt):
        server_of(simulator, host=host, port=port).run()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
