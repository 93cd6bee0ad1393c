"""The sockets: who may listen, to what, and what a late or returning page is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents import clock, consumers, live
from incidents.hub import hub
from incidents.models import Incident, Membership, OutputChunk, Run
from incidents.output_ring import Chunk
from incidents.queries.streamed import FRAME_BYTES, joined
from incidents.routing import sockets
from incidents.states import RunState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30


@pytest.fixture(autouse=True)
def redis_address(
    redis_url: str, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = live.redis.Redis.from_url(redis_url, decode_responses=True)
    client.flushall()
    settings.REDIS_URL = redis_url
    monkeypatch.setattr(live, "_client", client)
    monkeypatch.setattr("incidents.hub.ATTEND_SECONDS", PATIENCE)


@pytest.fixture
def run(incident: Incident, commander: User) -> Run:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    return factories.make_run(command, commander, RunState.RUNNING)


def store(run: Run, first: int, *lines: str) -> None:
    OutputChunk.objects.create(
        run=run, first=first, last=first + len(lines) - 1, text="\n".join(lines), at=clock.now()
    )


def page(
    person: User | AnonymousUser, path: str, **scope_of_sign_in: Any
) -> ApplicationCommunicator:
    scope = {"type": "websocket", "path": path, "headers": [], "subprotocols": [], "user": person}
    scope |= scope_of_sign_in
    return ApplicationCommunicator(URLRouter(sockets), scope)


async def answer_to_connect(communicator: ApplicationCommunicator) -> dict[str, Any]:
    await communicator.send_input({"type": "websocket.connect"})
    return dict(await communicator.receive_output(timeout=PATIENCE))


class Room:
    """A connected page of one incident."""

    def __init__(self, communicator: ApplicationCommunicator) -> None:
        self._communicator = communicator

    async def send(self, **frame: Any) -> None:
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        await self._communicator.send_input({"type": "websocket.receive", "text": text})

    async def closed(self) -> int:
        """The code the server closes with; frames before that are passed over."""
        while True:
            sent = await self._communicator.receive_output(timeout=PATIENCE)
            if sent["type"] == "websocket.close":
                return int(sent["code"])

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; others are passed over."""
        while True:
            sent = await self._communicator.receive_output(timeout=PATIENCE)
            frame = json.loads(sent["text"])
            if frame["type"] == kind:
                return dict(frame)


@pytest.fixture
async def room(incident: Incident, commander: User) -> AsyncIterator[Room]:
    communicator = page(commander, f"/live/incidents/INC-{incident.number}/")
    assert (await answer_to_connect(communicator))["type"] == "websocket.accept"
    yield Room(communicator)
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(timeout=PATIENCE)


async def test_page_is_told_what_changed_while_it_was_loading(
    incident: Incident, commander: User
) -> None:
    topic = live.topic_of(incident.pk)
    await sync_to_async(live._append)({topic: {"panels": '["header"]'}})
    for query, panels in ((b"age=9000", ["header"]), (b"age=99999", ["*", "approvals", "notices"])):
        communicator = page(
            commander, f"/live/incidents/INC-{incident.number}/", query_string=query
        )
        await answer_to_connect(communicator)
        told = await Room(communicator).next("changed")
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=PATIENCE)

        assert told["panels"] == panels


@pytest.mark.parametrize(
    ("query", "age"),
    [(b"age=1500", 1.5), (b"", None), (b"age=", None), (b"age=-1", None), (b"age=\xb2", None)],
)
def test_age_of_a_page_is_a_number_of_milliseconds(query: bytes, age: float | None) -> None:
    assert consumers.age_of(query) == age


async def test_room_without_sign_in_is_closed(incident: Incident) -> None:
    refused = await answer_to_connect(
        page(AnonymousUser(), f"/live/incidents/INC-{incident.number}/")
    )

    assert (refused["type"], refused["code"]) == ("websocket.close", 4401)


async def test_room_of_an_environment_without_a_role_is_closed(
    incident: Incident, outsider: User
) -> None:
    refused = await answer_to_connect(page(outsider, f"/live/incidents/INC-{incident.number}/"))

    assert (refused["type"], refused["code"]) == ("websocket.close", 4404)


async def test_room_tells_the_time_and_who_is_there(room: Room) -> None:
    assert (await room.next("hello"))["at"] > 1_700_000_000_000
    assert (await room.next("people"))["names"] == ["commander"]


async def test_room_answers_a_ping(room: Room) -> None:
    await room.send(type="ping", t=42)

    assert (await room.next("pong"))["t"] == 42


async def test_follow_gives_what_was_stored_before_and_what_comes_after(
    room: Room, run: Run
) -> None:
    await sync_to_async(store)(run, 1, "first", "second", "third")
    await room.send(type="follow", run=run.pk, after=1)
    assert (await room.next("lines")) == {
        "type": "lines",
        "run": run.pk,
        "first": 2,
        "lines": ["second", "third"],
    }

    await sync_to_async(store)(run, 4, "fourth")
    live.append_lines(incident_id=run.incident_id, run_id=run.pk, first=4, lines=["fourth"])

    assert (await room.next("lines"))["lines"] == ["fourth"]


async def test_follow_after_a_lost_entry_fills_the_gap_from_the_database(
    room: Room, run: Run
) -> None:
    await sync_to_async(store)(run, 1, "first")
    await room.send(type="follow", run=run.pk, after=0)
    await room.next("lines")
    await sync_to_async(store)(run, 2, "never announced")
    await sync_to_async(store)(run, 3, "third")

    live.append_lines(incident_id=run.incident_id, run_id=run.pk, first=3, lines=["third"])

    assert (await room.next("lines"))["lines"] == ["never announced", "third"]


async def test_follow_of_a_run_elsewhere_is_ignored(room: Room, run: Run) -> None:
    def elsewhere() -> Run:
        command = factories.make_command(
            factories.make_step(factories.make_phase(factories.make_incident()))
        )
        found = factories.make_run(command, run.requested_by, RunState.RUNNING)
        store(found, 1, "private")
        return found

    other = await sync_to_async(elsewhere)()
    await room.send(type="follow", run=other.pk, after=0)
    await room.send(type="ping", t=1)
    await room.next("pong")
    await sync_to_async(store)(run, 1, "ours")
    await room.send(type="follow", run=run.pk, after=0)

    assert (await room.next("lines"))["lines"] == ["ours"]


async def test_a_frame_that_is_not_ours_does_no_harm(room: Room) -> None:
    await room.send(type="follow", run="x")
    await room.send(type="follow", run=float("inf"))
    await room.send(type="follow", run=10**40)
    await room.send(type="ping", t="x" * 5000)
    await room.send_text("[" * 4000)
    await room.send_text('"text"')
    await room.send_text("7")
    await room.send(nonsense=True)
    await room.send(type="ping", t=7)

    assert (await room.next("pong"))["t"] == 7


@pytest.fixture
def checked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "ACCESS_SECONDS", 0.1)


@pytest.mark.usefixtures("checked_often")
async def test_room_closes_when_the_role_is_taken_away(room: Room, commander: User) -> None:
    await room.send(type="ping", t=1)
    await room.next("pong")

    await sync_to_async(Membership.objects.filter(person=commander).delete)()

    assert await room.closed() == consumers.NOT_FOUND


@pytest.mark.usefixtures("checked_often")
async def test_room_closes_when_the_session_ends(incident: Incident, commander: User) -> None:
    def sign_in() -> SessionStore:
        client = Client()
        client.force_login(commander)
        return SessionStore(client.session.session_key)

    session = await sync_to_async(sign_in)()
    communicator = page(commander, f"/live/incidents/INC-{incident.number}/", session=session)
    assert (await answer_to_connect(communicator))["type"] == "websocket.accept"
    room = Room(communicator)
    await asyncio.sleep(0.3)
    await room.send(type="ping", t=1)
    await room.next("pong")

    await sync_to_async(SessionStore(session.session_key).flush)()

    assert await room.closed() == consumers.NOT_FOUND


async def test_room_closes_at_once_when_it_is_told_that_access_changed(
    room: Room, incident: Incident, commander: User
) -> None:
    await room.send(type="ping", t=1)
    await room.next("pong")
    await sync_to_async(Membership.objects.filter(person=commander).delete)()

    await sync_to_async(live.access_changed)([incident.pk])

    assert await room.closed() == consumers.NOT_FOUND


async def test_room_goes_on_when_the_access_of_others_changed(
    room: Room, incident: Incident
) -> None:
    await sync_to_async(live.access_changed)([incident.pk])
    await asyncio.sleep(0.2)
    await room.send(type="ping", t=7)

    assert (await room.next("pong"))["t"] == 7


async def test_pages_of_many_incidents_are_not_told_who_else_looks(commander: User) -> None:
    communicator = page(commander, "/live/now/")
    await answer_to_connect(communicator)
    await communicator.receive_output(timeout=PATIENCE)

    assert await communicator.receive_nothing(timeout=1.0)
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(timeout=PATIENCE)


async def test_a_page_that_vanishes_while_it_is_told_something_leaves(
    incident: Incident, commander: User
) -> None:
    begun = iter([{"type": "websocket.connect"}])

    async def receive() -> dict[str, Any]:
        for message in begun:
            return message
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            raise OSError("the client is gone")

    path = f"/live/incidents/INC-{incident.number}/"
    scope = {"type": "websocket", "path": path, "headers": [], "user": commander}
    with pytest.raises(OSError, match="gone"):
        await URLRouter(sockets)(scope, receive, send)

    assert f"incident-{incident.pk}" not in hub._topics


def test_joined_frames_stay_small() -> None:
    lines = tuple("x" * 1000 for _ in range(500))

    first, sent = joined([Chunk(1, 1, lines, 500_000)], 0)

    assert first == 1
    assert sum(len(line) + 3 for line in sent) <= FRAME_BYTES
    assert joined([Chunk(1, 1, lines, 500_000)], len(sent))[0] == len(sent) + 1
