"""The hub against a real Redis: order, gaps, slow viewers, and Redis going away and coming back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.db import OperationalError
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents import hub as hub_module
from incidents import live, output_ring
from incidents.hub import EVERYTHING, Hub, Topic
from incidents.output_ring import Chunk, Ring
from incidents.viewer import Viewer
from runbook.processes.redis_server import redis_socket
from tests.support.processes import private_redis

PATIENCE = 30.0


@pytest.fixture
def redis_address(
    redis_url: str, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The hub and the writers of this test on the private server, emptied first."""
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    client.flushall()
    settings.REDIS_URL = redis_url
    monkeypatch.setattr(live, "_client", client)
    monkeypatch.setattr(hub_module, "ATTEND_SECONDS", PATIENCE)
    return redis_url


def chunk(run: int, first: int, *lines: str) -> Chunk:
    return Chunk(run, first, lines, sum(map(len, lines)))


class TestRing:
    def test_after_gives_what_follows_the_cursor(self) -> None:
        ring = Ring()
        ring.add(chunk(1, 1, "a", "b"))
        ring.add(chunk(1, 3, "c"))

        assert ring.after(1, 0) == [chunk(1, 1, "a", "b"), chunk(1, 3, "c")]
        assert ring.after(1, 1) == [chunk(1, 1, "a", "b"), chunk(1, 3, "c")]
        assert ring.after(1, 2) == [chunk(1, 3, "c")]
        assert ring.after(1, 3) == []

    def test_after_a_gap_is_not_answered(self) -> None:
        ring = Ring()
        ring.add(chunk(1, 5, "e"))

        assert ring.after(1, 2) is None
        assert ring.after(1, 4) == [chunk(1, 5, "e")]

    def test_a_full_ring_forgets_the_oldest_lines(self) -> None:
        ring = Ring()
        for number in range(1, 5):
            ring.add(chunk(1, number, "x" * (output_ring.RING_BYTES // 3)))

        assert ring.after(1, 0) is None
        assert ring.after(1, 1) is not None

    def test_a_ring_of_many_runs_forgets_the_stillest(self) -> None:
        ring = Ring()
        for run in range(output_ring.RING_RUNS + 1):
            ring.add(chunk(run, 1, "x"))

        assert ring.after(0, 0) is None
        assert ring.after(0, 1) == []
        assert ring.after(output_ring.RING_RUNS, 0) == [chunk(output_ring.RING_RUNS, 1, "x")]

    def test_lines_too_big_for_the_ring_are_not_taken_for_the_end(self) -> None:
        ring = Ring()
        ring.add(chunk(1, 1, "x" * (output_ring.RING_BYTES + 1)))

        assert ring.after(1, 0) is None
        assert ring.after(1, 1) == []


async def one_version(topic: str) -> int:
    return 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def quiet(topic: Topic, *viewers: Viewer) -> None:
    """The topic is followed, and everybody has been told who is here."""
    await until(topic._attends.is_set)
    for viewer in viewers:
        if viewer in topic.viewers:
            await until(lambda one=viewer: "people" in one.panels)
        viewer.take_panels()
        viewer.wake.clear()


@pytest.fixture
async def watched(redis_address: str) -> AsyncIterator[tuple[Hub, Viewer]]:
    hub, viewer = Hub(), Viewer("Chiara")
    topic = hub.join("incident-7", viewer, one_version)
    await quiet(topic, viewer)
    yield hub, viewer
    await hub.leave(topic, viewer)


async def woken(viewer: Viewer) -> None:
    await asyncio.wait_for(viewer.wake.wait(), PATIENCE)
    viewer.wake.clear()


async def test_hub_tells_a_viewer_which_panels_changed(watched: tuple[Hub, Viewer]) -> None:
    _, viewer = watched

    live._append({"incident-7": {"panels": '["step-3", "timeline"]'}})
    await woken(viewer)

    assert viewer.take_panels() == ["step-3", "timeline"]


async def test_hub_keeps_lines_in_their_order(watched: tuple[Hub, Viewer]) -> None:
    hub, viewer = watched

    live.append_lines(incident_id=7, run_id=4, first=1, lines=["a", "b"])
    live.append_lines(incident_id=7, run_id=4, first=3, lines=["c"])
    await woken(viewer)
    ring = hub._topics["incident-7"].ring
    await until(lambda: ring.after(4, 2) != [])

    found = ring.after(4, 0)
    assert found is not None
    assert [line for part in found for line in part.lines] == ["a", "b", "c"]


async def test_a_bell_rings_for_its_person_alone_whatever_page_is_open(
    watched: tuple[Hub, Viewer],
) -> None:
    hub, mine = watched
    mine.person = 12
    theirs = Viewer("Emeka", person=15)
    now = hub.listen("now", mine, one_version)
    hub.join("now", theirs, one_version)
    await quiet(now, theirs, mine)

    live._append({"now": {"people": "[12, 13]"}})
    await woken(mine)
    assert mine.take_panels() == ["notices"]
    live._append({"now": {"panels": '["incident-9", "approvals"]'}})
    await woken(mine)

    assert mine.take_panels() == ["approvals"]
    assert {"approvals", "incident-9"} == {*theirs.take_panels()} - {"people"}
    live._append({"now": {"panels": '["access"]'}})  # of a closed incident its page has only this
    await woken(mine)
    assert mine.take_panels() == [live.ACCESS]
    await hub.leave(now, mine)
    await hub.leave(now, theirs)
    assert "now" not in hub._topics


async def test_hub_has_one_reader_for_many_viewers(watched: tuple[Hub, Viewer]) -> None:
    hub, first = watched
    others = [Viewer(f"viewer {number}") for number in range(5)]
    topics = {id(hub.join("incident-7", viewer, one_version)) for viewer in others}
    assert len(topics) == 1

    live._append({"incident-7": {"panels": '["header"]'}})

    await until(lambda: all("header" in viewer.panels for viewer in (first, *others)))


async def test_hub_names_what_changed_while_a_page_was_loading(redis_address: str) -> None:
    """As the first who opens the page of an incident, and as one who comes to others."""
    live._append({"incident-7": {"panels": '["step-1"]'}})
    live._append({"incident-7": {"people": "[12]"}, "now": {"panels": '["approvals", "x"]'}})
    hub, viewer = Hub(), Viewer("Chiara", person=12)
    topics = [hub.join("incident-7", viewer, one_version), hub.listen("now", viewer, one_version)]

    for _ in range(2):
        for topic in topics:
            await topic.attend()
            topic.catch_up(viewer, 9)
        assert viewer.take_panels() == ["approvals", "notices", "step-1"]
    topics[0].catch_up(viewer, 0)
    assert viewer.take_panels() == []
    topics[0].catch_up(viewer, 3600)
    assert EVERYTHING in viewer.take_panels()
    for topic in topics:
        await hub.leave(topic, viewer)


async def test_hub_forgets_a_topic_that_nobody_watches(redis_address: str) -> None:
    hub, viewer = Hub(), Viewer("Chiara")
    topic = hub.join("incident-8", viewer, one_version)

    await hub.leave(topic, viewer)

    assert hub._topics == {}


@pytest.fixture
def own_redis(settings: SettingsWrapper) -> Iterator[str]:
    """An address at which no server listens yet."""
    with tempfile.TemporaryDirectory(prefix="rb-") as folder:
        settings.REDIS_URL = f"unix://{redis_socket(Path(folder))}"
        yield folder


async def test_hub_without_redis_reads_the_database_and_recovers(own_redis: str) -> None:
    facts = 1

    async def version(topic: str) -> int:
        return facts

    hub, viewer = Hub(), Viewer("Chiara")
    topic = hub.join("incident-9", viewer, version)
    await until(lambda: EVERYTHING in viewer.panels)
    assert (viewer.is_live, viewer.has_news_of_source) == (False, True)
    await asyncio.sleep(0.1)
    viewer.take_panels()
    facts = 2
    await until(lambda: EVERYTHING in viewer.take_panels())

    with private_redis(Path(own_redis)):
        await until(lambda: viewer.is_live)
        assert EVERYTHING in viewer.take_panels()
    await hub.leave(topic, viewer)


async def test_hub_outlives_redis_and_the_database_being_away(own_redis: str) -> None:
    async def version(topic: str) -> int:
        raise OperationalError("the database is starting up")

    hub, viewer = Hub(), Viewer("Chiara")
    topic = hub.join("incident-10", viewer, version)
    await until(lambda: not viewer.is_live)

    with private_redis(Path(own_redis)):
        await until(lambda: viewer.is_live)
    await hub.leave(topic, viewer)


async def test_hub_outlives_an_entry_that_is_not_ours(
    watched: tuple[Hub, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 0.1)
    _, viewer = watched

    live._append({"incident-7": {"panels": "not JSON"}})
    await until(lambda: EVERYTHING in viewer.panels)
    await until(lambda: viewer.is_live)
    live._append({"incident-7": {"panels": '["step-3"]'}})

    await until(lambda: "step-3" in viewer.panels)
