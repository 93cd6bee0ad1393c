"""One simulator process for the folder, set back before each test that uses it."""

from collections.abc import Iterator

import pytest

from tests.runbook.simulated import Simulated, simulated


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulated]:
    with simulated() as running:
        yield running


@pytest.fixture
def cloud(simulator_process: Simulated) -> Simulated:
    simulator_process.reset()
    return simulator_process


@pytest.fixture(scope="session")
def healthy_process() -> Iterator[Simulated]:
    with simulated(scenario="healthy") as running:
        yield running


@pytest.fixture
def healthy(healthy_process: Simulated) -> Simulated:
    """The project on a good day."""
    healthy_process.reset()
    return healthy_process
