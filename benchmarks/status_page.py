"""How many strangers one web process serves with the status page, and what a page weighs.

Starts a web process of its own with a Redis of its own and the rooms of the browser tests in an
SQLite database, and asks it over CONNECTIONS kept-alive connections, each with one request after
the other. Cold is the first request of a process, which makes the page; warm are copies from
memory, whole and unchanged (304). At the end the database is taken away and the page is asked for
once more. Run it from the project's folder: `.venv/bin/python -m benchmarks.status_page`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from runbook.processes.ports import free_port
from tests.support.processes import private_redis

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 32
SECONDS = 4.0
START_SECONDS = 40.0
PATHS = ("/status/", "/status/feed.atom", "/api/v2/summary.json")


@dataclass
class Load:
    """What one kind of request came to; `times` are seconds."""

    name: str
    times: list[float] = field(default_factory=list)
    wrong: int = 0

    def report(self) -> str:
        ordered = sorted(self.times)
        p50, p99 = (1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
        rate = len(ordered) / SECONDS
        return (
            f"{self.name:<34} {rate:>8.0f} requests/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms"
            f"   wrong {self.wrong}"
        )


@contextmanager
def web_process(folder: Path, redis_url: str) -> Iterator[str]:
    port = free_port()
    environment = os.environ | {
        "RUNBOOK_DATA": str(folder),
        "RUNBOOK_DEBUG": "1",
        "RUNBOOK_STATUS_PUBLIC": "1",
        "RUNBOOK_LOG_LEVEL": "CRITICAL",
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "runbook.settings",
        "PYTHONPATH": str(ROOT),
    }
    python = [sys.executable]
    subprocess.run([*python, "tests/browser/furnish.py"], cwd=ROOT, env=environment, check=True)
    options = ["--port", str(port), "--lifespan", "off", "--http", "httptools", "--no-access-log"]
    server = subprocess.Popen(
        [*python, "-m", "uvicorn", "runbook.asgi:application", *options],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/health/live").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit("the web process did not answer")


async def ask(port: int, request: bytes, expected: bytes, load: Load, until: float) -> None:
    """One connection that asks as soon as it has been answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"content-length:"), 0
        )
        await reader.readexactly(length)
        load.times.append(time.perf_counter() - begun)
        load.wrong += expected not in head[:20]
    writer.close()
    await writer.wait_closed()


async def press(address: str, path: str, name: str, *lines: str, expected: bytes) -> Load:
    port = int(address.rpartition(":")[2])
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *lines, "", ""])
    load = Load(name)
    until = time.monotonic() + SECONDS
    await asyncio.gather(
        *(ask(port, request.encode(), expected, load, until) for _ in range(CONNECTIONS))
    )
    return load


def cold(address: str) -> str:
    """The first request for each page, made by Django; and what each weighs."""
    for path in PATHS:
        begun = time.perf_counter()
        plain = httpx.get(address + path, headers={"Accept-Encoding": "identity"})
        first = 1000 * (time.perf_counter() - begun)
        zipped = httpx.get(address + path, headers={"Accept-Encoding": "gzip"})
        sent = int(zipped.headers["Content-Length"])
        print(f"cold {path:<28} {first:6.0f} ms   {len(plain.content):>7} bytes, {sent} gzipped")
    return str(httpx.get(address + "/status/", headers={"Accept-Encoding": "gzip"}).headers["ETag"])


def measure(address: str) -> None:
    etag = cold(address)
    gzip = "Accept-Encoding: gzip"
    kinds = [
        ("/status/", "warm page, gzipped", [gzip], b"200"),
        ("/status/", "warm page, unchanged (304)", [gzip, f"If-None-Match: {etag}"], b"304"),
        ("/api/v2/summary.json", "warm summary.json, gzipped", [gzip], b"200"),
    ]
    for path, name, lines, expected in kinds:
        print(asyncio.run(press(address, path, name, *lines, expected=expected)).report())


def without_database(address: str, folder: Path) -> None:
    for path in folder.glob("runbook.sqlite3*"):
        path.rename(path.with_name(f"away-{path.name}"))
    (folder / "runbook.sqlite3").mkdir()
    time.sleep(1)
    load = asyncio.run(press(address, "/status/", "the database away", expected=b"200"))
    print(load.report())


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rb-") as temporary:
        folder = Path(temporary)
        with private_redis(folder / "redis") as url, web_process(folder / "data", url) as address:
            wait_for(address)
            measure(address)
            without_database(address, folder / "data")


if __name__ == "__main__":
    main()
