"""One reader per watched topic and web process, and a cursor per viewer.

A topic is one incident, or "now" for the pages that show many; pages of one incident listen to
"now" for what the bar shows of everything, and for lost access. Its reader waits on the topic's
Redis stream, keeps the newest output in a ring, and wakes its viewers at most every
`PAUSE_SECONDS`. A viewer only owns cursors (the last line sent of each run it follows): a slow one
gets bigger frames later and misses nothing, because what the ring no longer holds comes from the
database, where every line was written first.

While Redis is away the reader asks the database each second instead: viewers are told, lines keep
coming, and every panel is named changed whenever the incident's timeline has grown.

Everything here runs on one event loop; no locks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import redis.asyncio
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from incidents.live import ACCESS, stream_of
from incidents.output_ring import Chunk, Ring
from incidents.recent import Notice, Recent, notice_of, read_again
from incidents.viewer import Viewer
from incidents.visible_text import readable

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.04
VIEWERS_PER_SECOND = 5000
PEOPLE_SECONDS = 0.5
BLOCK_MILLISECONDS = 2000
SILENCE_SECONDS = 5.0
POLL_SECONDS = 1.0
ATTEND_SECONDS = 4.0
"""Longer than a busy machine takes to connect: what changes between this and the first look at the
stream is not told."""

EVERYTHING = "*"
APPROVALS = "approvals"
HEARD_EVERYWHERE = frozenset({APPROVALS, ACCESS})
NOTICES = "notices"

Version = Callable[[str], Awaitable[int]]
"""A number that grows with every fact of a topic; asked for while Redis is away."""


class Topic:
    """The reader of one topic, alive while it has viewers."""

    def __init__(self, name: str, version: Version) -> None:
        self.name = name
        self.viewers: set[Viewer] = set()
        self.listeners: set[Viewer] = set()
        self._version = version
        self._known_version = -1
        self.ring = Ring()
        self._recent = Recent()
        self._attends = asyncio.Event()
        self._is_live = True
        self._task: asyncio.Task[None] | None = None
        self._people_told: asyncio.TimerHandle | None = None

    def join(self, viewer: Viewer) -> None:
        self.viewers.add(viewer)
        viewer.is_live = self._is_live
        viewer.has_news_of_source = not self._is_live
        self._begin()
        self._people_changed()

    def listen(self, viewer: Viewer) -> None:
        """A viewer of another topic hears only what the bar of every page shows."""
        self.listeners.add(viewer)
        self._begin()

    async def attend(self) -> None:
        """Until every change from then on is heard, or it is known that Redis is away."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._attends.wait(), ATTEND_SECONDS)

    def catch_up(self, viewer: Viewer, seconds: float) -> None:
        """Tell the viewer what changed in the last so many seconds, since its page was made."""
        missed = self._recent.since(time.monotonic() - seconds)
        if missed is None or not self._is_live:
            missed = [Notice(0.0, frozenset({EVERYTHING, APPROVALS}), frozenset({viewer.person}))]
        for notice in missed:
            self._tell(viewer, notice)

    def leave(self, viewer: Viewer) -> None:
        if viewer in self.viewers:
            self.viewers.discard(viewer)
            self._people_changed()
        self.listeners.discard(viewer)

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._read(), name=f"reader of {self.name}")

    async def close(self) -> None:
        """Stop reading and let the connection go."""
        if self._people_told is not None:
            self._people_told.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def names(self) -> list[str]:
        return sorted({viewer.name for viewer in self.viewers})

    def _people_changed(self) -> None:
        """Tell everybody who is here, once for all who come and go within `PEOPLE_SECONDS`."""
        if self._people_told is None:
            loop = asyncio.get_running_loop()
            self._people_told = loop.call_later(PEOPLE_SECONDS, self._tell_people)

    def _tell_people(self) -> None:
        self._people_told = None
        for viewer in self.viewers:
            viewer.panels.add("people")
            viewer.wake.set()

    async def _read(self) -> None:
        """Follow the stream; on a fault, follow the database until Redis answers again."""
        while True:
            try:
                await self._follow_stream()
            except (RedisError, OSError) as error:
                logger.warning("%s: reading the database until Redis is back: %s", self.name, error)
            except Exception:
                logger.exception("%s: an entry could not be read; the reader goes on", self.name)
            self._set_live(is_live=False)
            await self._follow_database()

    async def _follow_stream(self) -> None:
        async with redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            socket_connect_timeout=1,
            socket_timeout=SILENCE_SECONDS,
        ) as client:
            key = stream_of(self.name)
            cursor = await read_again(client, key, self._recent)
            self._set_live(is_live=True)
            self._attends.set()
            self._resync()
            while True:
                answer = await client.xread({key: cursor}, block=BLOCK_MILLISECONDS, count=500)
                for _, entries in answer:
                    for cursor, fields in entries:  # noqa: B007  (the last one is the next start)
                        self._take(fields)
                    self._wake_all()
                await asyncio.sleep(self._pause() if answer else 0)

    def _pause(self) -> float:
        """Many viewers get fewer, bigger frames: the number of frames is what costs."""
        return max(PAUSE_SECONDS, len(self.viewers) / VIEWERS_PER_SECOND)

    async def _follow_database(self) -> None:
        """One second of polling; the caller then tries Redis again."""
        try:
            version = await self._version(self.name)
        except DatabaseError as error:
            logger.warning("%s: neither Redis nor the database answers: %s", self.name, error)
            version = self._known_version
        if version != self._known_version:
            self._known_version = version
            for viewer in self.viewers:
                viewer.panels.add(EVERYTHING)
        self._resync()
        await asyncio.sleep(POLL_SECONDS)

    def _set_live(self, *, is_live: bool) -> None:
        if is_live == self._is_live:
            return
        self._is_live = is_live
        self._attends.set()
        self.ring.clear()
        for viewer in self.viewers:
            viewer.is_live = is_live
            viewer.has_news_of_source = True
            viewer.panels.add(EVERYTHING)
        self._wake_all()

    def _resync(self) -> None:
        """Have every viewer look into the database for lines that no entry has announced."""
        for viewer in self.viewers:
            viewer.behind.update(viewer.follows)
        self._wake_all()

    def _take(self, fields: dict[str, str]) -> None:
        if "lines" not in fields:
            notice = notice_of(fields, at=time.monotonic())
            self._recent.add(notice)
            for viewer in (*self.viewers, *self.listeners):
                self._tell(viewer, notice)
            return
        text = fields["lines"]
        lines = tuple(map(readable, json.loads(text)))
        chunk = Chunk(int(fields["run"]), int(fields["first"]), lines, len(text))
        self.ring.add(chunk)

    def _tell(self, viewer: Viewer, notice: Notice) -> None:
        heard = notice.panels if viewer in self.viewers else notice.panels & HEARD_EVERYWHERE
        if viewer.person in notice.people:
            heard |= {NOTICES}
        if heard:
            viewer.panels |= heard
            viewer.wake.set()

    def _wake_all(self) -> None:
        for viewer in self.viewers:
            viewer.wake.set()


class Hub:
    """All topics that this process' viewers watch."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}

    def join(self, name: str, viewer: Viewer, version: Version) -> Topic:
        topic = self._topics.setdefault(name, Topic(name, version))
        topic.join(viewer)
        return topic

    def listen(self, name: str, viewer: Viewer, version: Version) -> Topic:
        topic = self._topics.setdefault(name, Topic(name, version))
        topic.listen(viewer)
        return topic

    async def leave(self, topic: Topic, viewer: Viewer) -> None:
        topic.leave(viewer)
        if not topic.viewers and not topic.listeners and self._topics.get(topic.name) is topic:
            del self._topics[topic.name]
            await topic.close()


hub = Hub()
