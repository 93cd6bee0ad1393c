"""How output reaches many viewers: latency from printed to received, and whether a line is lost.

Starts a whole Runbook of its own and opens VIEWERS sockets that follow one run, whose output is
written by the worker's own code at RATE lines a second for SECONDS. One viewer in ten reconnects
every second and resumes from its last line. Run it from the project's folder:
`.venv/bin/python -m benchmarks.streaming [VIEWERS] [RATE] [SECONDS]`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import django
import httpx
from websockets.asyncio.client import connect

from tests.stories.conftest import password_of
from tests.support.processes import Processes

GRACE_SECONDS = 20
SETTLING_SECONDS = 3  # opening all sockets at once is not what is measured


@dataclass
class Viewer:
    """The numbers received, in order; how late lines printed after `counts_from` were, seconds."""

    reconnects: bool
    counts_from: float
    numbers: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    async def watch(self, address: str, cookie: str, run: int, last: int) -> None:
        while not self.numbers or self.numbers[-1] < last:
            headers = {"Cookie": cookie, "Origin": address.replace("ws", "http", 1)}
            async with connect(
                f"{address}/live/incidents/INC-1/", additional_headers=headers, max_size=None
            ) as socket:
                after = self.numbers[-1] if self.numbers else 0
                await socket.send(json.dumps({"type": "follow", "run": run, "after": after}))
                leave_at = time.monotonic() + (1.0 if self.reconnects else 3600)
                while time.monotonic() < leave_at and (not self.numbers or self.numbers[-1] < last):
                    try:
                        frame = json.loads(await asyncio.wait_for(socket.recv(), 1.0))
                    except TimeoutError:
                        continue
                    if frame["type"] == "lines":
                        self.take(frame)

    def take(self, frame: dict[str, object]) -> None:
        now = time.time()
        first, lines = frame["first"], frame["lines"]
        assert isinstance(first, int)
        assert isinstance(lines, list)
        self.numbers.extend(range(first, first + len(lines)))
        printed = [float(line.split()[0]) for line in lines]
        self.late.extend(now - at for at in printed if at > self.counts_from)


def cookie_of(processes: Processes) -> str:
    with httpx.Client(base_url=processes.address, follow_redirects=True) as client:
        client.get("/sign-in/")
        answer = client.post(
            "/sign-in/",
            data={
                "username": "commander",
                "password": password_of(processes, "commander"),
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
            },
            headers={"Referer": f"{processes.address}/sign-in/"},
        )
        answer.raise_for_status()
        return f"sessionid={client.cookies['sessionid']}"


def produce(run_id: int, rate: int, seconds: int) -> None:
    """What a worker does with a command that prints, at a steady pace."""
    from incidents.actions.output import RunKeeper  # noqa: PLC0415  (Django is set up at run time)
    from incidents.models import Run  # noqa: PLC0415  (Django is set up at run time)

    begun = time.monotonic()
    with RunKeeper(Run.objects.get(pk=run_id)) as keeper:
        for number in range(rate * seconds):
            time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            keeper.emit(f"{time.time():.6f} line {number} " + "x" * 80)


def running_run() -> int:
    from django.contrib.auth.models import User  # noqa: PLC0415  (Django is set up at run time)

    from tests import factories  # noqa: PLC0415  (Django is set up at run time)

    commander = User.objects.get(username="commander")
    incident = factories.make_incident(commander, number=1)
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    far = incident.started_at.replace(year=incident.started_at.year + 1)
    return factories.make_run(command, commander, "running", token=1, lease_until=far).pk


async def follow(
    processes: Processes, viewers: list[Viewer], run: int, last: int, seconds: int
) -> None:
    cookie = cookie_of(processes)
    address = processes.address.replace("http", "ws", 1)
    async with asyncio.timeout(seconds + GRACE_SECONDS):
        await asyncio.gather(*(each.watch(address, cookie, run, last) for each in viewers))


def measure(processes: Processes, count: int, rate: int, seconds: int) -> None:
    os.environ.update(processes.environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "runbook.settings"
    django.setup()
    run = running_run()
    counts_from = time.time() + SETTLING_SECONDS
    viewers = [Viewer(number % 10 == 9, counts_from) for number in range(count)]
    producer = threading.Thread(target=produce, args=(run, rate, seconds))
    producer.start()
    asyncio.run(follow(processes, viewers, run, rate * seconds, seconds))
    producer.join()
    whole = list(range(1, rate * seconds + 1))
    wrong = sum(viewer.numbers != whole for viewer in viewers)
    late = sorted(one for viewer in viewers if not viewer.reconnects for one in viewer.late)
    p99 = late[int(len(late) * 0.99)]
    print(f"{count} viewers, {rate} lines/s for {seconds} s, printed to received:")
    print(f"  median {statistics.median(late) * 1000:.0f} ms, 99 % {p99 * 1000:.0f} ms")
    print(f"  viewers with a lost, doubled or misplaced line: {wrong} of {count}")


def main(count: int, rate: int, seconds: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="rb-"))
    processes = Processes(folder / "streaming", environment={})
    try:
        processes.wait_until_ready()
        measure(processes, count, rate, seconds)
    finally:
        processes.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:4]]
    main(*(given + [100, 100, 10][len(given) :]))
