"""How long a whole check of the shipped infrastructure takes while every answer of Google takes
50 ms: in a worker that has just begun, in one that has checked before, and as a command with all of
its start: python -m benchmarks.health [ROUNDS]."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from runbook.cloud.preparing import prepare
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.health import files
from runbook.health.checking import CONCURRENCY, check
from runbook.health.definition import Infrastructure
from runbook.processes.ports import free_port
from tests.runbook.simulator.running import until

ROOT = Path(__file__).resolve().parents[1]
LATENCY = 0.05
ROUNDS = 9
COMMANDS = 3


def measure(rounds: int) -> None:
    infrastructure = files.at(ROOT / "infrastructure" / "netra-staging.yaml")
    port = free_port()
    flags = ["--port", str(port), "--scenario", "healthy", "--latency", str(LATENCY)]
    with subprocess.Popen([sys.executable, "-m", "runbook.simulator", *flags], cwd=ROOT) as process:
        try:
            until(lambda: _answers(port))
            _print(infrastructure, port, rounds)
            _print_commands(port)
        finally:
            process.terminate()


def _print(infrastructure: Infrastructure, port: int, rounds: int) -> None:
    started = time.perf_counter()
    prepare()
    print(f"what a worker prepares at its start: {time.perf_counter() - started:.2f} s")
    first = _seconds(infrastructure, port, concurrency=CONCURRENCY)
    print(f"the first check of a worker: {first:.2f} s")
    for concurrency in (1, 2, 4, CONCURRENCY, 12):
        times = 1 if concurrency == 1 else rounds
        found = [_seconds(infrastructure, port, concurrency=concurrency) for _ in range(times)]
        print(f"{concurrency:>2} at once of each area: {_spread(found)}")


def _print_commands(port: int) -> None:
    for asked in ((), ("--secrets-only",)):
        found = [_seconds_of_command(port, *asked) for _ in range(COMMANDS)]
        words = " ".join(("manage.py healthcheck", *asked))
        print(f"{words}, from its start to its end: {_spread(found)}")


def _seconds_of_command(port: int, *asked: str) -> float:
    where = ("--endpoint", f"http://127.0.0.1:{port}", "--report-only")
    started = time.perf_counter()
    command = [sys.executable, "manage.py", "healthcheck", *where, *asked]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _spread(seconds: list[float]) -> str:
    least, middle, most = min(seconds), statistics.median(seconds), max(seconds)
    return f"{least:.2f} / {middle:.2f} / {most:.2f} s"


def _seconds(infrastructure: Infrastructure, port: int, *, concurrency: int) -> float:
    """A new session each time, as a worker makes one."""
    address = f"http://127.0.0.1:{port}"
    target = Target(
        name="staging",
        project=infrastructure.project,
        region=infrastructure.region,
        endpoint=address,
        allowed_hosts=infrastructure.hosts,
        routes=dict.fromkeys(infrastructure.hosts, address),
    )
    started = time.perf_counter()
    report = check(infrastructure, lambda: Session(target), concurrency=concurrency)
    assert report.status == "healthy", report.status
    return time.perf_counter() - started


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
