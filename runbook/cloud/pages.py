"""What is asked of the web and what comes back, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """`seconds` bounds everything, redirects included; None leaves it to the target."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    follows_redirects: bool = False
    seconds: float | None = None
    connect_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """When the name was known, the connection stood, TLS stood, and the answer began."""

    lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """`body` is cut at `MOST_BYTES`; header names are in lower case.

    `head` is every answer's status line and headers as they came, redirects first, each ended by
    an empty line. `timings` are those of the last request, in seconds from its start. `via` is the
    base URL of the simulator that answered, or "".
    """

    status: int
    reason: str
    http_version: str
    seconds: float
    headers: Mapping[str, str]
    body: str
    size: int
    url: str
    redirects: int
    via: str = ""
    head: str = ""
    timings: Timings = Timings()
    address: str = ""
    port: int = 0
