"""A TLS handshake as plain values: whom to greet, and the certificates that were shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from runbook.cloud.hosts import refused_host, refused_port
from runbook.cloud.target import Target

Name: TypeAlias = "tuple[tuple[str, str], ...]"
"""Attributes in order, each with its short name: (("C", "US"), ("CN", "example.com"))."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`serial` is upper-case hex, `fingerprint` SHA-256 in lower-case hex; times are UTC."""

    subject: Name
    issuer: Name
    serial: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """Whom to greet: `servername` goes into the handshake; `version` is "", tls1_2 or tls1_3."""

    host: str
    port: int
    servername: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """`chain` starts with the server's own certificate. `why` says why it is not `verified`.

    `dns_seconds` and `seconds` are what the name and all together took.
    """

    protocol: str
    chain: tuple[Certificate, ...]
    verified: bool
    why: str
    seconds: float
    dns_seconds: float
    via: str = ""


def refused_greeting(greeting: Greeting, target: Target) -> str:
    """Why this host must not be greeted, as a whole sentence, or ""."""
    return (
        refused_port(greeting.host, greeting.port, target)
        or refused_host(greeting.host, target)
        or refused_host(greeting.servername or greeting.host, target)
    )
