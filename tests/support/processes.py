"""Starts, kills and restarts real processes with the supervisor that `manage.py up` uses."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import Cookie
from pathlib import Path
from threading import Thread

from runbook.processes.folder import make_private
from runbook.processes.plan import Child, Plan, Ready
from runbook.processes.ports import free_port
from runbook.processes.redis_server import find_redis_server, redis_command, redis_socket
from runbook.processes.stack import Stack, plan_of, private_redis_url
from runbook.processes.supervisor import Supervisor
from tests.support.simulator import Simulator

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240.0  # a machine that does other things too takes long to start everything
PRINTED = "printed-when-prepared"


def wait_until(fact: Callable[[], bool], what: str) -> None:
    """Returns when `fact` holds; AssertionError naming `what` after `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE:g} s: {what}")
        time.sleep(0.05)  # each look costs the processes that are waited for


class Supervised:
    """A plan that runs in a thread of this process until `close`."""

    def __init__(self, plan: Plan) -> None:
        self.said: list[str] = []
        self.names = [child.name for child in plan.children]
        self._plan = plan
        self._supervisor = Supervisor(plan, say=self.said.append)
        self._thread = Thread(target=self._supervisor.run, name="supervisor", daemon=True)
        self._thread.start()

    def wait_until_ready(self, *names: str) -> None:
        for name in names or self.names:
            wait_until(lambda n=name: self._supervisor.is_ready(n) or not self._alive(), name)
        if not self._alive():
            raise AssertionError(f"{self._supervisor.fault}\n" + "\n".join(self.said))

    def pid(self, name: str) -> int:
        pid = self._supervisor.pid(name)
        if pid is None:
            raise AssertionError(f"{name} is not running")
        return pid

    def kill(self, name: str) -> None:
        """SIGKILL for the process and all it started, as if the machine had lost it. The supervisor
        starts it again by itself; `wait_until_ready(name)` waits for that."""
        before = self.pid(name)
        os.killpg(before, signal.SIGKILL)
        wait_until(lambda: self._supervisor.pid(name) != before, f"{name} is dead")

    def stop(self, name: str) -> None:
        """Asks it to stop and keeps it stopped."""
        self._supervisor.want(name, running=False)
        wait_until(lambda: self._supervisor.pid(name) is None, f"{name} has stopped")

    def start(self, name: str) -> None:
        self._supervisor.want(name, running=True)
        self.wait_until_ready(name)

    def restart(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    def logs(self, name: str) -> str:
        path = Path(self._plan.logs) / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        self._supervisor.stop()
        self._thread.join(PATIENCE)  # a change alone may take half of it
        if self._alive():
            raise AssertionError("the supervisor did not stop: " + "\n".join(self.said))

    def _alive(self) -> bool:
        return self._thread.is_alive()


class Processes(Supervised):
    """A whole Runbook with its own data folder: web, workers, clock, simulator and Redis.

    `demo` is what preparing the data folder printed, the demo people's passwords among it. `copied`
    is a folder of `prepare_once` to begin with; one with a database of its own needs its own.
    `sessions` are the cookies of people who have signed in, by name, for `callers.Caller`.
    """

    def __init__(
        self, data: Path, *, environment: Mapping[str, str], copied: Path | None = None
    ) -> None:
        is_copy = copied is not None and "DATABASE_URL" not in environment
        if copied and is_copy:
            shutil.copytree(copied, data, symlinks=True)
        stack = _stack(data, environment)
        plan = plan_of(stack)
        self.address = stack.address
        self.simulator = Simulator(stack.simulator_address)
        self.redis_url = stack.redis_url
        self.data = data
        self.environment = {**os.environ, **plan.environment}
        self.sessions: dict[str, list[Cookie]] = {}
        demo = self.manage("prepare", "--demo", "--unwatched")
        self.demo = (data / PRINTED).read_text() if is_copy else demo
        super().__init__(plan)

    def manage(self, *arguments: str, **environment: str) -> str:
        """What `manage.py` with these arguments printed; AssertionError, with all that it said,
        when it failed. `environment` is laid over that of the processes."""
        return _manage(self.environment | environment, *arguments)

    def restart_redis(self) -> None:
        self.restart("redis")


def prepare_once(folder: Path) -> Path:
    """The folder, prepared by whichever test process comes first: `copied` for `Processes`."""
    return make_once(folder, _prepare)


def make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made by whichever test process comes first; the others wait for it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            make(draft)
            draft.rename(folder)
    return folder


def _prepare(folder: Path) -> None:
    plan = plan_of(_stack(folder, {}))
    printed = _manage({**os.environ, **plan.environment}, "prepare", "--demo", "--unwatched")
    (folder / PRINTED).write_text(printed)


def _manage(environment: Mapping[str, str], *arguments: str) -> str:
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        said = f"{answer.stdout}\n{answer.stderr}"
        raise AssertionError(f"manage.py {' '.join(arguments)}:\n{said}")
    return answer.stdout


def _stack(data: Path, environment: Mapping[str, str]) -> Stack:
    _make_folders(data)
    return Stack(
        data=data,
        port=free_port(),
        simulator_port=free_port(),
        redis_server=find_redis_server(),
        redis_url=private_redis_url(data),
        environment={
            "DATABASE_URL": f"sqlite:///{data}/runbook.sqlite3",
            "RUNBOOK_EARLY_CLIENTS": "false",  # workers are killed and started again all the time
            **environment,
        },
    )


def _make_folders(data: Path) -> None:
    for folder in (data, data / "run", data / "logs", data / "redis"):
        make_private(folder)


@contextmanager
def supervised(data: Path, *children: Child) -> Iterator[Supervised]:
    """These children, ready, with their logs in `data/logs`."""
    _make_folders(data)
    order = tuple((child.name,) for child in children)
    running = Supervised(
        Plan(folder=str(ROOT), logs=str(data / "logs"), children=children, stop_order=order)
    )
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.close()


@contextmanager
def private_redis(data: Path) -> Iterator[str]:
    """The address of a real, private, empty Redis."""
    server = find_redis_server()
    assert server is not None, "no Redis server: run `make install`"
    socket = redis_socket(data)
    command = redis_command(server, data=data, socket=socket)
    with supervised(data, Child(name="redis", command=command, ready=Ready("redis", str(socket)))):
        yield f"unix://{socket}"


@contextmanager
def private_simulator(data: Path, *, scenario: str = "issue-1278") -> Iterator[Simulator]:
    """A simulator process in its scenario, on a free port, where a minute takes three seconds."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "runbook.simulator", "--port", str(port))
    child = Child(
        name="simulator",
        command=(*command, "--scenario", scenario, "--speed", "20"),
        ready=Ready("http", f"{address}/_simulator/state"),
    )
    with supervised(data, child):
        yield Simulator(address)
