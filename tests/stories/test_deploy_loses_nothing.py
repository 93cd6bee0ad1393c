"""Both workers are asked to stop in the middle of their work, as a deploy does, and new ones start:
what was sent is finished by the old one, everything else is done by the new ones, once."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest

from tests.stories.callers import Story
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

SCALE = "connectors update"
READ = "sql instances describe"
WORKERS = ("reads", "changes")
INSTANCES = "/v1/projects/netra-staging/instances"
CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector"
OPERATION = "/v1/projects/netra-staging/locations/us-central1/operations/"
"""Of one that was started: without a name behind the slash, all are listed before a change."""


@pytest.fixture
def story(processes: Processes) -> Iterator[Story]:
    processes.simulator.heal()
    processes.simulator.reset()
    told = Story(processes)
    yield told
    told.close()
    processes.simulator.heal()


def planned_change(story: Story) -> int:
    run = story.asks(story.declares(), SCALE)
    story.waits_for(run, "waiting")
    return run


def ask_to_stop(processes: Processes, *names: str) -> dict[str, int]:
    """Their process numbers; the supervisor starts new ones when they have ended."""
    pids = {name: processes.pid(name) for name in names}
    for pid in pids.values():
        os.kill(pid, signal.SIGTERM)
    return pids


def wait_for_new_workers(processes: Processes, old: dict[str, int]) -> None:
    for name in old:
        wait_until(lambda n=name: is_new(processes, n, old[n]), f"{name} is new")
    processes.wait_until_ready(*old)


def is_new(processes: Processes, name: str, old: int) -> bool:
    try:
        return processes.pid(name) != old
    except AssertionError:
        return False


def test_a_streaming_read_and_a_sent_change_survive_a_deploy(story: Story) -> None:
    processes, google = story.processes, story.processes.simulator
    change, behind = planned_change(story), planned_change(story)
    google.fail(match=OPERATION, kind="slow", seconds=3, times=1)
    google.fail(match=INSTANCES, kind="slow", seconds=25, times=1)
    read = story.asks(story.declares(), READ)
    assert story.approves(change).status_code == 302
    assert story.approves(behind).status_code == 302
    wait_until(lambda: story.sent("GET", OPERATION) > 0, "Google works on the change")
    story.waits_for(read, "running")
    said = len(processes.said)

    old = ask_to_stop(processes, *WORKERS)

    wait_until(lambda: "is being restarted" in story.timeline(read), "handed back")
    assert story.state(change) in {"running", "succeeded"}, "what was sent is not handed back"
    wait_for_new_workers(processes, old)
    assert story.waits_for(change, "succeeded", "unknown", "failed") == "succeeded"
    google.heal()
    assert story.waits_for(read, "succeeded", "failed") == "succeeded"
    assert story.waits_for(behind, "void", "succeeded", "failed") == "void"
    assert "since the approval" in story.message(behind)
    assert story.sent(path=CONNECTOR) == 1
    attempts = "SELECT attempt FROM incidents_run WHERE id = ?"
    assert [story.rows.one(attempts, run) for run in (read, change)] == [1, 1]
    ends = [line for line in processes.said[said:] if re.search("ended (with|by) ", line)]
    assert len(ends) == len(WORKERS)
    assert all("ended with code 0" in line for line in ends), ends


def test_a_change_that_was_not_sent_yet_is_sent_by_the_new_worker(story: Story) -> None:
    processes, google = story.processes, story.processes.simulator
    change = planned_change(story)
    google.fail(match=CONNECTOR, kind="slow", seconds=4, times=1)
    asked = len(google.log())
    assert story.approves(change).status_code == 302
    wait_until(lambda: len(google.log()) > asked, "the resource is read again")

    old = ask_to_stop(processes, "changes")

    wait_until(lambda: "is being restarted" in story.timeline(change), "handed back")
    wait_for_new_workers(processes, old)
    assert story.waits_for(change, "succeeded", "unknown", "failed") == "succeeded"
    assert story.sent(path=CONNECTOR) == 1
