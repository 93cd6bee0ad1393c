"""Real servers for tests: Redis, the simulator, and all of Runbook's processes together.

Everything lives in temporary folders, listens on free loopback ports and ends with the session.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import (
    Processes,
    prepare_once,
    private_redis,
    private_simulator,
)
from tests.support.receivers import Mailbox, mail_server
from tests.support.simulator import Simulator


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A private folder whose path leaves room for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="rb-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url(short_folder: Path) -> Iterator[str]:
    """The address of a real, private, empty Redis."""
    with private_redis(short_folder / "redis-only") as url:
        yield url


@pytest.fixture(scope="session")
def simulator(short_folder: Path) -> Iterator[Simulator]:
    """A simulator process in scenario `issue-1278`; call `reset()` before counting on its state."""
    with private_simulator(short_folder / "simulator-only") as running:
        yield running


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all test processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def prepared(shared_folder: Path) -> Path:
    """A data folder as `prepare --demo` leaves it, made once for all test processes."""
    return prepare_once(shared_folder / "prepared")


@pytest.fixture(scope="session")
def start_processes(short_folder: Path, prepared: Path) -> Iterator[Callable[..., Processes]]:
    """Starts a whole Runbook of its own: `start_processes(name, environment={...})`."""
    started: list[Processes] = []

    def start(name: str, *, environment: dict[str, str] | None = None) -> Processes:
        instance = Processes(short_folder / name, environment=environment or {}, copied=prepared)
        started.append(instance)
        instance.wait_until_ready()
        return instance

    yield start
    for instance in started:
        instance.close()


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """What the Runbook of `processes` sends by mail arrives here."""
    with mail_server() as running:
        yield running
