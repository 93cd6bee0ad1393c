"""The handshake of a WebSocket as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`url` starts with ws:// or wss://."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upgraded:
    """`status` is 101 for an open socket, or that of the answer which refused it."""

    status: int
    reason: str
    subprotocol: str
    seconds: float
    dns_seconds: float = 0.0
    via: str = ""
