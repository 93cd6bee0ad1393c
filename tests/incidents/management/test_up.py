"""`manage.py up` as a person meets it: sentences when it cannot start, everything when it can."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runbook.processes.folder import hold, make_private
from runbook.processes.plan import Ready
from runbook.processes.ports import free_port
from runbook.processes.readiness import answers
from runbook.processes.redis_server import redis_socket
from tests.support.processes import PATIENCE

ROOT = Path(__file__).resolve().parents[3]


def environment(data: Path, **values: str) -> dict[str, str]:
    dropped = {"REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    ports = {"PORT": str(free_port()), "RUNBOOK_SIMULATOR_PORT": str(free_port())}
    return {**kept, "RUNBOOK_DATA": str(data), **ports, **values}


def refusal(data: Path, **values: str) -> str:
    """The one sentence of a start that was refused."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment(data, **values),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert answer.returncode == 1
    assert answer.stdout == ""
    return answer.stderr.strip()


def test_up_names_a_port_that_is_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal(tmp_path, PORT=str(port)) == (
            f"CommandError: Port {port} is in use by another program. "
            f"Choose a free one with PORT, for example: make run PORT={port + 10}"
        )


def test_up_refuses_a_folder_that_another_instance_holds(tmp_path: Path) -> None:
    make_private(tmp_path)
    lock = hold(tmp_path)
    assert refusal(tmp_path) == (
        f"CommandError: The data folder {tmp_path} is in use by another Runbook "
        f"(process {os.getpid()}). Stop that one, or set RUNBOOK_DATA to another folder."
    )
    os.close(lock)


def test_up_says_when_the_database_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "runbook.sqlite3").mkdir()
    assert refusal(tmp_path) == (
        f"CommandError: The data folder {tmp_path} cannot be used: unable to open database file."
    )


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """Too deep for a socket of its own."""
    yield tmp_path / ("deep-" * 20)


@pytest.fixture
def values(deep_folder: Path) -> dict[str, str]:
    return environment(deep_folder)


@pytest.fixture
def up(values: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=values,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        yield running
        running.terminate()  # harmless when the test has ended it


@pytest.mark.story
def test_up_starts_everything_prints_how_to_sign_in_and_leaves_nothing(
    deep_folder: Path, values: dict[str, str], up: subprocess.Popen[str]
) -> None:
    assert up.stdout is not None
    printed = read_until(up.stdout, {"reads", "changes", "simulator", "clock", "web", "redis"})
    address = f"http://127.0.0.1:{values['PORT']}"
    assert f"Runbook is at {address}/" in printed
    passwords = re.findall(r"^ +(commander|engineer|leader) +(\S{10,})", printed, re.MULTILINE)
    assert [name for name, _ in passwords] == ["commander", "engineer", "leader"]
    assert httpx.get(f"{address}/health/live", timeout=PATIENCE).json() == {"status": "live"}
    assert answers(Ready("redis", str(redis_socket(deep_folder))))
    assert deep_folder.stat().st_mode & 0o777 == 0o700
    up.send_signal(signal.SIGINT)
    rest, _ = up.communicate(timeout=PATIENCE)
    assert (up.returncode, rest.splitlines()[0]) == (0, "Stopping …")
    assert left_over(deep_folder) == []


def read_until(lines: object, names: set[str]) -> str:
    printed = ""
    deadline = time.monotonic() + PATIENCE
    while names and time.monotonic() < deadline:
        line = next(lines)  # type: ignore[call-overload]
        printed += line
        names -= {line.split("|")[0].strip()} if "ready after" in line else set()
    assert names == set()
    return printed


def left_over(data: Path) -> list[str]:
    """Command lines of processes that were started for this folder."""
    wanted = f"RUNBOOK_DATA={data}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found
