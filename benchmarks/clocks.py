"""The clock with 10,000 open incidents of three timers each, on SQLite and on PostgreSQL.

Prints what an idle pass costs, and how late 1,000 levels fire that fall due within one second, with
one, two and four clocks, and with four of which one is killed at random again and again; then how
many were lost and how many fired twice. Every process is real. Run it from the project's folder:
`.venv/bin/python -m benchmarks.clocks [sqlite|postgres] [INCIDENTS] [DUE]`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runbook.processes.redis_server import find_redis_server, redis_command, redis_socket
from tests.support.private_postgres import private_postgres


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [name for name in ("sqlite", "postgres") if name in sys.argv[1:]]
    numbers = [word for word in sys.argv[1:] if word.isdecimal()]
    for name in chosen or ("sqlite", "postgres"):
        with surroundings(name) as environment:
            command = [sys.executable, "-m", "benchmarks.clock_rounds", *numbers]
            measuring = subprocess.Popen(command, env=environment)
            try:
                measuring.wait()
            finally:
                measuring.terminate()
                measuring.wait()


@contextmanager
def surroundings(name: str) -> Iterator[dict[str, str]]:
    """A data folder, a Redis and a database of their own."""
    with tempfile.TemporaryDirectory(prefix="rb-clocks-") as folder:
        data = Path(folder)
        server = find_redis_server()
        assert server is not None, "no Redis server here"
        socket = redis_socket(data)
        for part in (socket.parent, data / "redis"):
            part.mkdir(parents=True, exist_ok=True)
        redis = subprocess.Popen(
            redis_command(server, data=data, socket=socket), stdout=subprocess.DEVNULL
        )
        environment = os.environ | {
            "RUNBOOK_BENCH": name,
            "RUNBOOK_DATA": folder,
            "REDIS_URL": f"unix://{socket}",
            "RUNBOOK_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "runbook.settings",
        }
        environment.pop("DATABASE_URL", None)
        try:
            if name == "postgres":
                with private_postgres() as postgres:
                    yield environment | {"DATABASE_URL": postgres.url}
            else:
                yield environment
        finally:
            redis.terminate()
            redis.wait()


if __name__ == "__main__":
    main()
