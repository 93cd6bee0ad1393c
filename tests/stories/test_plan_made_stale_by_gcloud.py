"""A colleague with the real gcloud changes what was planned: what was approved is worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.callers import Story
from tests.support.gcloud import IS_INSTALLED, Gcloud
from tests.support.processes import Processes

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(not IS_INSTALLED, reason="gcloud is not installed"),
]

PROJECT = "netra-staging"
UPDATE = (
    "gcloud compute networks vpc-access connectors update staging-connector --region=us-central1 "
    f"--project={PROJECT}"
)


@pytest.fixture
def story(processes: Processes) -> Iterator[Story]:
    processes.simulator.heal()
    processes.simulator.reset()
    told = Story(processes)
    yield told
    told.close()


@pytest.fixture
def colleague(story: Story, tmp_path: Path) -> Callable[[str], None]:
    port = int(story.processes.simulator.address.rpartition(":")[2])

    def types(line: str) -> None:
        ended = Gcloud(tmp_path, port, PROJECT).shell(line)
        assert ended.returncode == 0, ended.stderr

    return types


def test_nothing_is_sent_and_the_page_says_what_moved(
    story: Story, colleague: Callable[[str], None]
) -> None:
    run = story.asks(story.declares(), "connectors update staging-connector")
    story.waits_for(run, "waiting")

    colleague(f"{UPDATE} --min-instances=2 --max-instances=9")
    by_colleague = story.sent("PATCH")
    assert story.approves(run).status_code == 302

    story.waits_for(run, "void", "succeeded", "failed", "unknown")
    assert story.state(run) == "void", story.message(run)
    assert "Nothing was sent" in story.message(run)
    assert "maxInstances was 3 and is now 9" in story.message(run)
    assert "Nothing was sent" in story.step_page(run)
    assert story.sent("PATCH") == by_colleague
