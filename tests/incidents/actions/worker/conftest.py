"""Google as the simulator plays it, and an incident of the shipped runbook in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from incidents.actions.declare import declare
from incidents.models import (
    Incident,
)
from tests import factories
from tests.incidents.actions.worker import deeds
from tests.support.processes import private_simulator
from tests.support.simulator import Simulator

LIBRARY = Path(__file__).parents[4] / "runbook" / "library"
SHIPPED = LIBRARY / "staging-cannot-reach-cloud-sql.md"


@pytest.fixture
def google(simulator: Simulator) -> Iterator[Simulator]:
    simulator.reset()
    simulator.heal()
    yield simulator
    simulator.heal()


@pytest.fixture(scope="session")
def mended(short_folder: Path) -> Iterator[Simulator]:
    """The same project on a good day."""
    with private_simulator(short_folder / "mended", scenario="healthy") as running:
        yield running


@pytest.fixture
def incident(google: Simulator, commander: User) -> Incident:
    environment = factories.make_environment()
    environment.endpoint = google.address
    environment.allowed_hosts = ["staging.netrasystems.ai", "api-staging.netrasystems.ai"]
    environment.routes = dict.fromkeys(environment.allowed_hosts, google.address)
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(SHIPPED.read_bytes()),
        environment=environment,
        severity="P0",
        title="Staging cannot reach its database",
        parameters={},
    )


@pytest.fixture
def brief_incident(google: Simulator, commander: User) -> Incident:
    """One change and the two reads around it, for tests that need no more: declared in a moment."""
    return deeds.declare_brief(commander, endpoint=google.address)


@pytest.fixture
def sent(google: Simulator) -> Callable[[], list[str]]:
    """The methods of the changing requests that reached Google since this test began."""
    begun = max((seen["at"] for seen in google.log()), default=0.0)
    changing = ("PATCH", "POST", "PUT", "DELETE")

    def since() -> list[str]:
        fresh = [seen for seen in google.log() if seen["at"] > begun]
        return [seen["method"] for seen in fresh if seen["method"] in changing]

    return since
