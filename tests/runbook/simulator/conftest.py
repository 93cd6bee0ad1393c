"""One simulator of the outage and one of the good day, set back before each test."""

from collections.abc import Iterator

import pytest

from tests.runbook.simulator.running import Running, running

SPEED = 40.0


@pytest.fixture(scope="session")
def outage_server() -> Iterator[Running]:
    with running(scenario="issue-1278", speed=SPEED) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def healthy_server() -> Iterator[Running]:
    with running(scenario="healthy", speed=SPEED) as simulator:
        yield simulator


@pytest.fixture
def outage(outage_server: Running) -> Running:
    outage_server.http.post("/_simulator/reset").raise_for_status()
    return outage_server


@pytest.fixture
def healthy(healthy_server: Running) -> Running:
    healthy_server.http.post("/_simulator/reset").raise_for_status()
    return healthy_server
