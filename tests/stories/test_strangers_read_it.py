"""Words for the public reach a stranger who has the status page open, without a sign-in, from the
memory of a web process that did not post them itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.stories.callers import PATIENCE_SECONDS, Story
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

WORDS = "Sign-in is back for most people; we keep watching."


@pytest.fixture
def story(processes: Processes) -> Iterator[Story]:
    told = Story(processes)
    yield told
    told.close()


@pytest.fixture
def stranger(processes: Processes) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=processes.address, timeout=PATIENCE_SECONDS, trust_env=False
    ) as client:
        yield client


def test_a_public_update_is_read_by_strangers(story: Story, stranger: httpx.Client) -> None:
    environment = story.rows.one("SELECT id FROM incidents_environment WHERE name = 'staging'")
    declared = story.commander.post(
        "/runbooks/staging-cannot-reach-cloud-sql/declare/",
        environment=str(environment),
        severity="P1",
        title="Nobody outside reads this title",
    )
    room = re.findall(r"/incidents/INC-\d+/", declared.headers["Location"])[0]
    before = stranger.get("/status/")
    assert (before.status_code, WORDS in before.text) == (200, False)

    posted = story.commander.post(
        f"{room}updates/", audience="public", text=WORDS, stage="monitoring"
    )

    assert posted.status_code == 302, posted.text
    wait_until(lambda: WORDS in stranger.get("/status/").text, "strangers read it")
    page = stranger.get("/status/")
    assert "Nobody outside reads" not in page.text
    summary = stranger.get("/api/v2/summary.json").json()
    assert WORDS in str(summary["incidents"])
    assert WORDS in stranger.get("/status/feed.atom").text
