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

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


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


@contextmanager
def private_postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="rb-pg-"))
    owner = _owner()
    if owner:
        shutil.chown(folder, owner)
    options = {"user": owner, "extra_groups": []} if owner else {}
    data = str(folder / "data")
    initdb = [_program("initdb"), "--no-sync", "--auth=trust", "--username=runbook", "-E", "UTF8"]
    subprocess.run([*initdb, "-D", data], check=True, cwd="/", stdout=subprocess.DEVNULL, **options)
    settings = [
        part for value in (*_FAST, f"unix_socket_directories={folder}") for part in ("-c", value)
    ]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        server = subprocess.Popen(
            [_program("postgres"), "-D", data, *settings],
            cwd="/",
            stdout=log,
            stderr=log,
            **options,
        )
        try:
            _wait_for(folder / ".s.PGSQL.5432", server)
            yield f"postgres://runbook@/{folder}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)
            Path(log.name).unlink()


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not socket.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("The private PostgreSQL did not start.")
        time.sleep(0.05)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with private_postgres() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
