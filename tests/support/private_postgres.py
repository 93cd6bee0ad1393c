"""`private_postgres.py COMMAND …`: runs the command with DATABASE_URL naming a new, private, empty
PostgreSQL on a unix socket, and removes it afterwards. The exit code is the command's."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
_STEADY = ("autovacuum=off",)
"""Space and statistics that change in the background would change what an unordered list is."""
_PATIENCE = 120.0


def _program(name: str) -> str:
    """Debian keeps the servers' programs off PATH, one folder per version: the newest is taken."""
    if found := shutil.which(name):
        return str(Path(found).resolve())
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not installed:
        sys.exit(f"No {name} here; `make system` installs PostgreSQL or names what is missing.")
    return str(installed[-1])


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; None when we are somebody else already."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A server with its own data folder on a unix socket; `url` names it for DATABASE_URL."""

    def __init__(self, folder: Path) -> None:
        self.url = f"postgres://runbook@/{folder}/postgres"
        self._folder = folder
        self._owner = _owner()
        self._server: subprocess.Popen[bytes] | None = None
        if self._owner:
            shutil.chown(folder, self._owner)
        data = ["--no-sync", "--auth=trust", "--username=runbook", "-E", "UTF8", "-D", self._data]
        command = [_program("initdb"), *data]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **self._as_owner)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def _as_owner(self) -> dict[str, Any]:
        return {"user": self._owner, "extra_groups": []} if self._owner else {}

    def start(self) -> None:
        named = (*_FAST, *_STEADY, f"unix_socket_directories={self._folder}")
        settings = [part for value in named for part in ("-c", value)]
        with (self._folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [_program("postgres"), "-D", self._data, *settings],
                cwd="/",
                stdout=log,
                stderr=log,
                **self._as_owner,
            )
        _wait_for(self._folder / ".s.PGSQL.5432", self._server)

    def stop(self) -> None:
        """At once, cutting every connection."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_PATIENCE)
            self._server = None


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="rb-pg-"))
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not socket.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("The private PostgreSQL did not start.")
        time.sleep(0.05)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with private_postgres() as server:
        environment = {**os.environ, "DATABASE_URL": server.url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
