"""The processes of Runbook on one machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runbook.processes.plan import Child, Plan, Ready
from runbook.processes.redis_server import redis_command, redis_socket

_ROOT = Path(__file__).resolve().parent.parent.parent
CHANGE_PATIENCE = 60.0
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What may differ from one instance to another.

    `redis_server` is None when `redis_url` is somebody else's. `simulator_options` are added to the
    simulator's command line, `environment` to every child's environment.
    """

    data: Path
    port: int
    simulator_port: int
    redis_server: Path | None
    redis_url: str
    scenario: str = "issue-1278"
    simulator_options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    greeting: str = ""
    lock: int | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_address(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"


def private_redis_url(data: Path) -> str:
    return f"unix://{redis_socket(data)}"


def plan_of(stack: Stack) -> Plan:
    children = [_web(stack), _reads(), _changes(), _clock(), _simulator(stack)]
    if stack.redis_server is not None:
        children.insert(0, _redis(stack, stack.redis_server))
    names = {child.name for child in children}
    order = (("reads", "changes"), ("clock",), ("web",), ("simulator",), ("redis",))
    return Plan(
        folder=str(_ROOT),
        logs=str(stack.data / "logs"),
        children=tuple(children),
        stop_order=tuple(group for group in order if names.issuperset(group)),
        environment={**_environment(stack), **stack.environment},
        front="web",
        greeting=stack.greeting,
        lock=stack.lock,
    )


def _environment(stack: Stack) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "runbook.settings",
        "RUNBOOK_DATA": str(stack.data),
        "PORT": str(stack.port),
        "RUNBOOK_SIMULATOR_PORT": str(stack.simulator_port),
        "REDIS_URL": stack.redis_url,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # or every start compiles Google's client anew: 4 s
        "MALLOC_ARENA_MAX": "2",  # threads otherwise keep an arena each: half of a worker's memory
    }


def _redis(stack: Stack, server: Path) -> Child:
    socket = redis_socket(stack.data)
    return Child(
        name="redis",
        command=redis_command(server, data=stack.data, socket=socket),
        ready=Ready("redis", str(socket)),
    )


def _web(stack: Stack) -> Child:
    """First of all that need Python, so that the page answers before the workers load Google."""
    return Child(
        name="web",
        command=(
            *(sys.executable, "-m", "uvicorn", "runbook.asgi:application"),
            *("--host", "127.0.0.1", "--port", str(stack.port)),
            *("--ws", "websockets-sansio", "--ws-max-size", "16384"),  # pages send a line at most
            *("--http", "httptools", "--lifespan", "off"),
            *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "2"),
            *("--timeout-keep-alive", "620"),  # whoever sends next must be the first to let go
            "--no-proxy-headers",  # RUNBOOK_PROXIES says whom to believe, and nobody else does
        ),
        ready=Ready("http", f"{stack.address}/health/live"),
    )


def _worker(
    name: str, *options: str, queues: str = "", patience: float = 10.0, farewell: str = ""
) -> Child:
    return Child(
        name=name,
        command=(
            *(sys.executable, "-m", "celery", "-A", "runbook", "worker"),
            *("-Q", queues or name, "-n", f"{name}@%h", "--loglevel", "INFO"),
            *(*options, *_QUIET),
        ),
        ready=Ready("line", " ready."),
        after=("web",),
        patience=patience,
        farewell=farewell,
    )


def _reads() -> Child:
    """Whoever waits for a receiver to answer waits on a thread, as who waits for Google does."""
    return _worker("reads", "-P", "threads", "-c", "16", queues="reads,notifications")


def _changes() -> Child:
    """It finishes what it has sent to Google; what it has not, another worker does later."""
    return _worker(
        *("changes", "-P", "prefork", "-c", "1"),
        patience=CHANGE_PATIENCE,
        farewell=(
            "still at work: a change that was sent to Google is finished first, for at most"
            f" {CHANGE_PATIENCE:g} s; Ctrl-C again stops at once and leaves its outcome unknown"
        ),
    )


def _clock() -> Child:
    return Child(
        name="clock", command=(sys.executable, "manage.py", "clock"), after=("web",), patience=5.0
    )


def _simulator(stack: Stack) -> Child:
    return Child(
        name="simulator",
        command=(
            *(sys.executable, "-m", "runbook.simulator"),
            *("--port", str(stack.simulator_port), "--scenario", stack.scenario),
            *("--state", str(stack.data / "simulator.json"), *stack.simulator_options),
        ),
        ready=Ready("http", f"{stack.simulator_address}/_simulator/state"),
        after=("web",),
    )
