"""The worker that changes something is killed before, while and after Google hears of it, its
answer is lost, Redis is killed: Google is asked once or never, never twice, and the page says what
is known."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.stories.callers import Story
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

SCALE = "connectors update"
CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector"
OPERATIONS = "/v1/projects/netra-staging/locations/us-central1/operations"
TRIES = int(os.environ.get("STORY_TRIES", "1"))
"""More of them by hand: `STORY_TRIES=20 make stories`."""


@pytest.fixture
def story(hasty_processes: Processes) -> Iterator[Story]:
    hasty_processes.simulator.heal()
    hasty_processes.simulator.reset()
    told = Story(hasty_processes)
    yield told
    hasty_processes.simulator.heal()
    told.close()


def waiting_change(story: Story) -> int:
    """A change of the connector that waits for the engineer."""
    run = story.asks(story.declares(), SCALE)
    story.waits_for(run, "waiting")
    return run


def kill_changes(story: Story) -> None:
    story.processes.kill("changes")
    story.processes.simulator.heal()
    story.processes.wait_until_ready("changes")


@pytest.mark.parametrize("attempt", range(TRIES))
def test_killed_before_google_heard_of_it(story: Story, attempt: int) -> None:
    run = waiting_change(story)
    story.processes.simulator.fail(match=CONNECTOR, kind="slow", seconds=20, times=1)
    asked = len(story.processes.simulator.log())
    assert story.approves(run).status_code == 302
    wait_until(lambda: len(story.processes.simulator.log()) > asked, "the resource is read again")

    kill_changes(story)

    assert story.waits_for(run, "succeeded", "unknown", "failed") == "succeeded"
    assert story.sent() == 1
    assert "before anything was sent" in story.timeline(run)


@pytest.mark.parametrize("attempt", range(TRIES))
def test_killed_while_google_was_asked(story: Story, attempt: int) -> None:
    run = waiting_change(story)
    story.processes.simulator.fail(
        match=CONNECTOR, method="PATCH", kind="slow", seconds=20, times=1
    )
    assert story.approves(run).status_code == 302
    wait_until(lambda: story.sent() == 1, "Google is asked")

    kill_changes(story)

    assert story.waits_for(run, "unknown", "succeeded", "failed") == "unknown"
    assert "Nobody knows whether this change was made" in story.step_page(run)
    assert story.sent() == 1


@pytest.mark.parametrize("attempt", range(TRIES))
def test_killed_after_google_took_it(story: Story, attempt: int) -> None:
    run = waiting_change(story)
    story.processes.simulator.fail(
        match=CONNECTOR, method="PATCH", kind="operation-never-ends", times=1
    )
    assert story.approves(run).status_code == 302
    wait_until(
        lambda: story.sent("GET", OPERATIONS) > 0 and story.sent() == 1, "Google works on it"
    )

    kill_changes(story)

    assert story.waits_for(run, "unknown", "succeeded", "failed") == "unknown"
    wait_until(lambda: "Looked again" in story.message(run), "it was looked at")
    assert story.sent() == 1


def test_answer_lost_on_the_way(story: Story) -> None:
    run = waiting_change(story)
    story.processes.simulator.fail(match=CONNECTOR, method="PATCH", kind="reply-lost", times=1)
    assert story.approves(run).status_code == 302

    assert story.waits_for(run, "unknown", "succeeded", "failed") == "unknown"
    assert "Nobody knows whether this change was made" in story.step_page(run)
    assert story.sent() == 1


@pytest.mark.parametrize("attempt", range(TRIES))
def test_redis_killed_between_approval_and_start(story: Story, attempt: int) -> None:
    run = waiting_change(story)
    story.processes.stop("changes")
    assert story.approves(run).status_code == 302

    story.processes.kill("redis")
    story.processes.wait_until_ready("redis")
    story.processes.start("changes")

    assert story.waits_for(run, "succeeded", "unknown", "failed") == "succeeded"
    assert story.sent() == 1
