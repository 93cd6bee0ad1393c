"""The same 45 diagnostic reads by gcloud and by us, side by side, on one simulator 50 ms away.

By gcloud one after another, as its users wait for them; by the engine in the threads of a worker;
and the whole way of an incident: a click on a phase's diagnostics, queue, worker, rows, output.
Run it from the project's folder: `.venv/bin/python -m benchmarks.diagnostics [ROUNDS]`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Line, Stream
from runbook.processes.plan import Child, Ready
from runbook.processes.ports import free_port
from tests.support.gcloud import IS_INSTALLED, Gcloud
from tests.support.processes import Processes, supervised, wait_until

LINES = (Path(__file__).parent / "diagnostics.txt").read_text().splitlines()
LATENCY = 0.05
PROJECT, REGION = "netra-staging", "us-central1"
WORKER_THREADS = 16  # as in the Procfile


def show(what: str, seconds: list[float], reference: float) -> None:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    times = f"{reference / middle:6.0f} times" if reference else ""
    print(f"{what:<52} {low:7.2f} {middle:7.2f} {high:7.2f} s {times}")


def by_gcloud(port: int, folder: Path) -> float:
    gcloud = Gcloud(folder, port, forked=False)
    begun = time.perf_counter()
    for line in LINES:
        gcloud.shell(line)
    return time.perf_counter() - begun


def read_lines() -> list[Line]:
    found = [shell.read(text, {}) for text in LINES]
    for text, read in zip(LINES, found, strict=True):
        assert read.lines, f"{text}: {read.reason}"
    return [line for read in found for line in read.lines]


def silent(text: str, stream: Stream = "stdout") -> None:
    """Output is made, and dropped."""


def by_engine(lines: list[Line], target: Target, pool: ThreadPoolExecutor) -> float:
    def work(line: Line) -> str:
        return running.execute(line, Session(target), target, silent).state

    begun = time.perf_counter()
    states = list(pool.map(work, lines))
    took = time.perf_counter() - begun
    print("   ", {state: states.count(state) for state in sorted(set(states))})
    return took


def slowest_chain(lines: list[Line], target: Target) -> float:
    """The time of the slowest line when nothing else runs, of three tries each."""

    def once(line: Line) -> float:
        begun = time.perf_counter()
        running.execute(line, Session(target), target, silent)
        return time.perf_counter() - begun

    return max(min(once(line) for _ in range(3)) for line in lines)


@contextmanager
def whole_runbook(folder: Path, address: str) -> Iterator[Callable[[], float]]:
    """A Runbook of its own; each call declares an incident and runs its phase's diagnostics."""
    processes = Processes(folder, environment={})
    try:
        processes.wait_until_ready()
        os.environ.update(processes.environment)
        django.setup()
        yield _phase_of(address)
    finally:
        processes.close()


def _phase_of(address: str) -> Callable[[], float]:
    """Imports rows only now: they need a database, which has just been made."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.db.models import Max, Min  # noqa: PLC0415

    from incidents.actions.declare import declare  # noqa: PLC0415
    from incidents.actions.execute import request_phase_diagnostics  # noqa: PLC0415
    from incidents.actions.library import add_revision  # noqa: PLC0415
    from incidents.models import Environment, Phase, Run  # noqa: PLC0415
    from incidents.states import LIVE_RUN_STATES  # noqa: PLC0415

    environment = Environment.objects.get()
    environment.endpoint = address
    environment.save()
    steps = "".join(
        f"- [ ] Look {at}\n  ```bash\n  {line}\n  ```\n" for at, line in enumerate(LINES)
    )
    source = f"# Forty-five diagnostics\n\n## Diagnosis\n{steps}"
    commander = User.objects.get(username="commander")
    revision, _ = add_revision(
        slug="diagnostics", source=source.encode(), is_shipped=False, actor=commander
    )

    def once() -> float:
        incident = declare(
            actor=commander,
            revision=revision,
            environment=environment,
            severity="P2",
            title="Benchmark",
            parameters={},
        )
        phase = Phase.objects.filter(incident=incident).first()
        assert phase is not None
        asked = request_phase_diagnostics(actor=commander, phase_id=phase.pk)
        runs = Run.objects.filter(incident=incident)
        wait_until(lambda: not runs.filter(state__in=LIVE_RUN_STATES).exists(), "all have ended")
        assert runs.count() == len(asked) == len(LINES)
        span = runs.aggregate(first=Min("requested_at"), last=Max("finished_at"))
        return float((span["last"] - span["first"]).total_seconds())

    return once


def main(rounds: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="rb-"))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "runbook.simulator", "--port", str(port))
    simulator = Child(
        name="far-simulator",
        command=(*command, "--scenario", "healthy", "--latency", "50ms"),
        ready=Ready("http", f"{address}/_simulator/state"),
    )
    try:
        with supervised(folder / "simulator", simulator):
            measure(folder, port, address, rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, port: int, address: str, rounds: int) -> None:
    target = Target(name="bench", project=PROJECT, region=REGION, endpoint=address)
    lines = read_lines()
    print(f"{len(lines)} reads, {LATENCY * 1000:.0f} ms from Google; seconds, min / median / max")
    reference = 0.0
    if IS_INSTALLED:
        (folder / "gcloud").mkdir()
        reference = by_gcloud(port, folder / "gcloud")
        show("gcloud, one after another (1 round)", [reference], reference)
    else:
        print("gcloud is not installed here: no comparison")
    with ThreadPoolExecutor(WORKER_THREADS) as pool:
        show("the first time in a new worker", [by_engine(lines, target, pool)], reference)
        engine = [by_engine(lines, target, pool) for _ in range(rounds)]
    show(f"a worker's {WORKER_THREADS} threads", engine, reference)
    show("the slowest line alone", [slowest_chain(lines, target)], 0.0)
    with whole_runbook(folder / "whole", address) as once:
        show("a phase's diagnostics in a room, first time", [once()], reference)
        show("a phase's diagnostics in a room", [once() for _ in range(rounds)], reference)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
