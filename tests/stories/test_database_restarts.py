"""PostgreSQL is restarted while a read streams and while a change is on its way: nothing is lost,
nothing is done twice, and pages come back by themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.stories.callers import Story
from tests.support.private_postgres import Postgres, private_postgres
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

SCALE = "connectors update"
INSTANCES = "/v1/projects/netra-staging/instances"
TRIES = int(os.environ.get("STORY_TRIES", "1"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def instance(postgres: Postgres, start_processes: Callable[..., Processes]) -> Iterator[Processes]:
    running = start_processes("on-postgres", environment={"DATABASE_URL": postgres.url})
    yield running
    running.close()  # before its database


@pytest.fixture
def story(instance: Processes) -> Iterator[Story]:
    instance.simulator.heal()
    instance.simulator.reset()
    told = Story(instance)
    yield told
    instance.simulator.heal()
    told.close()


def restart(postgres: Postgres, story: Story) -> None:
    postgres.stop()
    try:
        alive, page = (story.commander.client.get(path) for path in ("/health/live", "/"))
    finally:
        postgres.start()
    assert (alive.status_code, page.status_code) == (200, 500)
    wait_until(
        lambda: story.commander.client.get("/health/ready").status_code == 200,
        "every part works again",
    )


@pytest.mark.parametrize("attempt", range(TRIES))
def test_while_a_read_waits_for_google(story: Story, postgres: Postgres, attempt: int) -> None:
    story.processes.simulator.fail(match=INSTANCES, kind="slow", seconds=4, times=1)
    run = story.asks(story.declares(), "sql instances describe")
    wait_until(lambda: story.state(run) == "running", "it runs")

    restart(postgres, story)

    assert story.waits_for(run, "succeeded", "failed", "unknown") == "succeeded"
    assert story.output_is_whole(run)


@pytest.mark.parametrize("attempt", range(TRIES))
def test_while_a_change_is_on_its_way(story: Story, postgres: Postgres, attempt: int) -> None:
    run = story.asks(story.declares(), SCALE)
    story.waits_for(run, "waiting")
    assert story.approves(run).status_code == 302
    wait_until(lambda: story.sent() == 1, "Google is asked")

    restart(postgres, story)

    assert story.waits_for(run, "succeeded", "failed", "unknown") in ("succeeded", "unknown")
    assert story.sent() == 1
    assert story.output_is_whole(run)
    assert "Nothing is wrong." in story.processes.manage("verify")
