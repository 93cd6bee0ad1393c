"""Connections of probes: a name is resolved once, checked, and what was checked is connected to.

A name cannot change its mind in between, and one inner address among many refuses the name.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import is_permitted
from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Resolved:
    """The address that will be connected to; `seconds` is what asking for it took."""

    address: str
    port: int
    seconds: float

    @property
    def written(self) -> str:
        """As it stands in a URL."""
        return f"[{self.address}]" if ":" in self.address else self.address


def resolve(host: str, port: int, target: Target, *, seconds: float | None = None) -> Resolved:
    """Raises `CloudError`; an address of IPv4 is preferred."""
    started = time.monotonic()
    limit = target.connect_timeout if seconds is None else seconds
    addresses = _addresses(host, port, limit)
    check(host, addresses, target)
    chosen = next((address for address in addresses if ":" not in address), addresses[0])
    return Resolved(chosen, port, time.monotonic() - started)


def check(host: str, addresses: list[str], target: Target) -> None:
    """Raises `CloudError` when one of the addresses must not be reached."""
    for address in addresses:
        if not is_permitted(address, target):
            sentence = f"{host} leads to {address}, which is not a public address."
            raise CloudError("DENIED", sentence)


def connect(resolved: Resolved, host: str, seconds: float) -> socket.socket:
    """Raises `CloudError`."""
    try:
        return socket.create_connection((resolved.address, resolved.port), timeout=seconds)
    except TimeoutError as error:
        raise CloudError("TIMEOUT", f"No connection to {host} in time.") from error
    except OSError as error:
        sentence = f"{host} cannot be reached: {error.strerror or error}."
        raise CloudError("UNAVAILABLE", sentence) from error


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """The system's resolver has no time limit of its own, so it is asked from a thread."""
    found: list[str] = []
    asking = threading.Thread(target=_ask, args=(host, port, found), daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise CloudError("TIMEOUT", f"The name {host} was not resolved in time.")
    if not found:
        raise CloudError("NOT_FOUND", f"The name {host} cannot be resolved.")
    return found


def _ask(host: str, port: int, found: list[str]) -> None:
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    found.extend(str(entry[4][0]) for entry in entries)
