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
PLACE = f"--region=us-central1 --project={PROJECT}"
CONNECTORS = "gcloud compute networks vpc-access connectors"
PATCH = "gcloud sql instances patch netra-staging-db --quiet"


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


@pytest.mark.parametrize(
    ("planned", "quicker", "moved"),
    [
        (
            "connectors update staging-connector",
            f"{CONNECTORS} update staging-connector --min-instances=2 --max-instances=9 {PLACE}",
            "maxInstances was 3 and is now 9",
        ),
        (
            "--ssl-mode=ENCRYPTED_ONLY",
            f"{PATCH} --ssl-mode=TRUSTED_CLIENT_CERTIFICATE_REQUIRED --project={PROJECT}",
            "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
        ),
    ],
    ids=["connector", "instance"],
)
def test_nothing_is_sent_and_the_page_says_what_moved(
    story: Story, colleague: Callable[[str], None], planned: str, quicker: str, moved: str
) -> None:
    run = story.asks(story.declares(), planned)
    story.waits_for(run, "waiting")

    colleague(quicker)
    by_colleague = story.sent("PATCH")
    assert story.approves(run).status_code == 302

    story.waits_for(run, "void", "succeeded", "failed", "unknown")
    assert story.state(run) == "void", story.message(run)
    assert "Nothing was sent" in story.message(run)
    assert moved in story.message(run)
    assert "Nothing was sent" in story.step_page(run)
    assert story.sent("PATCH") == by_colleague
