"""The sockets behind live pages: authenticate, check access to this one topic, join, send.

Nothing is changed through a socket. Frames to the page are JSON objects with a `type`: `hello`,
`changed` (panels), `lines` (run, first, lines), `source` (live or not), `people`, `pong`. Frames
from the page: `follow`/`unfollow` a run's output from a line on, and `ping`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from importlib import import_module
from typing import Any, cast
from urllib.parse import parse_qs

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError

from incidents import permissions
from incidents.hub import Topic, hub
from incidents.live import ACCESS, NOW, topic_of
from incidents.models import Run
from incidents.queries import streamed
from incidents.viewer import Viewer
from runbook.document.definition import Json

logger = logging.getLogger(__name__)

LONGEST_FRAME_OF_A_PAGE = 4096
ACCESS_SECONDS = 60.0
FOLLOWED_RUNS = 50
NOT_SIGNED_IN = 4401
NOT_FOUND = 4404

_version_of = database_sync_to_async(streamed.version_of)
_stored_lines = database_sync_to_async(streamed.stored_lines)


class LivePage(AsyncWebsocketConsumer):
    """One open page. A subclass says which topic it watches and who may."""

    topic: Topic | None = None
    heard: Topic | None = None
    viewer: Viewer
    doubt: asyncio.Event
    sender: asyncio.Task[None] | None = None
    guard: asyncio.Task[None] | None = None
    shows_people = True
    incident_id: int | None = None

    async def __call__(
        self,
        scope: Any,  # Any: Channels' own types  # noqa: ANN401
        receive: Any,  # Any: Channels' own types  # noqa: ANN401
        send: Any,  # Any: Channels' own types  # noqa: ANN401
    ) -> None:
        """Whatever ends the connection, also a fault while sending, the viewer leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.leave()

    async def connect(self) -> None:
        person = cast("User | AnonymousUser", self.scope.get("user") or AnonymousUser())
        if isinstance(person, AnonymousUser) or not person.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        name = await self.find_topic(person)
        if name is None:
            await self.close(code=NOT_FOUND)
            return
        self.doubt = asyncio.Event()
        shown = person.get_full_name() or person.get_username()
        self.viewer = Viewer(name=shown, person=person.pk)
        self.topic = hub.join(name, self.viewer, _version_of)
        if name != NOW:
            self.heard = hub.listen(NOW, self.viewer, _version_of)
        await self.catch_up(age_of(self.scope.get("query_string", b"")))
        await self.accept()
        await self.send_frame(type="hello", at=int(time.time() * 1000))
        self.sender = asyncio.create_task(self.keep_sending(self.topic))
        self.guard = asyncio.create_task(self.keep_checking(person))

    async def catch_up(self, age: float | None) -> None:
        """Before the page is told that it is live: what changes from now on is heard, and what did
        since the page was made, so many seconds ago, is named to it."""
        for topic in (self.topic, self.heard):
            if topic is not None:
                await topic.attend()
                if age is not None:
                    topic.catch_up(self.viewer, age)

    async def find_topic(self, person: User) -> str | None:
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:  # noqa: ARG002  (Channels' signature)
        await self.leave()

    async def leave(self) -> None:
        for task in (self.sender, self.guard):
            if task is not None:
                task.cancel()
        joined, self.topic, self.heard = (self.topic, self.heard), None, None
        for topic in joined:
            if topic is not None:
                await hub.leave(topic, self.viewer)

    async def receive(
        self,
        text_data: str | None = None,
        bytes_data: bytes | None = None,  # noqa: ARG002  (Channels' signature)
    ) -> None:
        try:
            if len(text_data or "") > LONGEST_FRAME_OF_A_PAGE:
                raise ValueError("too long")
            frame = json.loads(text_data or "")
            kind = frame["type"]
            if kind == "ping":
                await self.send_frame(type="pong", t=frame.get("t"))
            elif kind == "follow":
                await self.follow(int(frame["run"]), int(frame.get("after", 0)))
            elif kind == "unfollow":
                self.viewer.follows.pop(int(frame["run"]), None)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            logger.info("a page sent a frame that is not one of ours")

    async def follow(self, run_id: int, after: int) -> None:
        """Send this run's output from line `after + 1` on, if it is of this page's incident."""
        has_room = run_id in self.viewer.follows or len(self.viewer.follows) < FOLLOWED_RUNS
        if has_room and await self.has_run(run_id):
            self.viewer.follows[run_id] = max(after, 0)
            self.viewer.behind.add(run_id)
            self.viewer.wake.set()

    @database_sync_to_async
    def has_run(self, run_id: int) -> bool:
        return Run.objects.filter(pk=run_id, incident_id=self.incident_id or 0).exists()

    async def keep_checking(self, person: User) -> None:
        """A socket does not outlive the session and the role it was opened with."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.doubt.wait(), ACCESS_SECONDS)
            self.doubt.clear()
            try:
                is_welcome = await self.is_signed_in(person) and await self.find_topic(person)
            except DatabaseError as error:
                logger.warning("access to a live page is checked later: %s", error)
                continue
            if not is_welcome:
                await self.close(code=NOT_FOUND)
                return

    async def is_signed_in(self, person: User) -> bool:
        """Read again from the database: signing out ends a session, a new password all others."""
        opened = self.scope.get("session")
        if opened is None:
            return True
        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = await database_sync_to_async(store)(opened.session_key)
        found = await get_user({**self.scope, "session": session})
        return found.pk == person.pk

    async def keep_sending(self, topic: Topic) -> None:
        """The viewer's own loop: whatever is new since its cursors, then wait to be woken."""
        try:
            while True:
                await self.viewer.wake.wait()
                self.viewer.wake.clear()
                await self.send_news(topic)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("a live page broke; it reconnects and resumes from its cursor")
            await self.close()

    async def send_news(self, topic: Topic) -> None:
        if self.viewer.has_news_of_source:
            self.viewer.has_news_of_source = False
            await self.send_frame(type="source", live=self.viewer.is_live)
        panels = self.viewer.take_panels()
        if ACCESS in panels:
            panels.remove(ACCESS)
            self.doubt.set()
        if "people" in panels:
            panels.remove("people")
            if self.shows_people:
                await self.send_frame(type="people", names=list(topic.names()))
        if panels:
            await self.send_frame(type="changed", panels=list(panels))
        for run in list(self.viewer.follows):
            await self.send_lines(topic, run)

    async def send_lines(self, topic: Topic, run: int) -> None:
        """Frames of at most `streamed.FRAME_BYTES` until the cursor has caught up."""
        while run in self.viewer.follows:
            after = self.viewer.follows[run]
            is_behind = run in self.viewer.behind
            self.viewer.behind.discard(run)
            chunks = None if is_behind else topic.ring.after(run, after)
            from_database = chunks is None
            if chunks is None:
                chunks = await _stored_lines(run, after)
            if not chunks:
                return
            first, lines = streamed.joined(chunks, after)
            await self.send_frame(type="lines", run=run, first=first, lines=list(lines))
            self.viewer.follows[run] = first + len(lines) - 1
            if from_database:
                self.viewer.behind.add(run)

    async def send_frame(self, **frame: Json) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False, separators=(",", ":")))


class RoomPage(LivePage):
    """The page of one incident, for people with any role in its environment."""

    async def find_topic(self, person: User) -> str | None:
        number = self.scope["url_route"]["kwargs"]["number"]
        self.incident_id = await visible_incident(person, number)
        return None if self.incident_id is None else topic_of(self.incident_id)


class NowPage(LivePage):
    """Pages that show many incidents; notices carry names of incidents, never their content."""

    shows_people = False

    async def find_topic(self, person: User) -> str | None:
        return NOW if person.is_active else None


def age_of(query: bytes) -> float | None:
    """Seconds since the page was asked for, which it knows in milliseconds; None where it fetches
    all its panels by itself, as it does when it connects again."""
    (age,) = parse_qs(query.decode("latin-1")).get("age", [""])[:1]
    return int(age) / 1000 if age.isascii() and age.isdigit() and len(age) < 10 else None


@database_sync_to_async
def visible_incident(person: User, number: int) -> int | None:
    found = permissions.visible_incidents(person).filter(number=number)
    return found.values_list("pk", flat=True).first()
