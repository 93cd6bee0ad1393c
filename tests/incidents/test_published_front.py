"""Copies of the status page in front of Django: the same answers, from memory, and the newest."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.test import Client
from pytest_django import Settings

from incidents.actions import catalogue
from incidents.published.copies import AGE
from incidents.published.front import PATHS, Published
from incidents.published.shelf import KEEPER
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30.0


class Reader:
    """A stranger in front of one web process, which counts what it had to ask Django for readers:
    copies are made anew beside that."""

    def __init__(self) -> None:
        self.asked_django: list[str] = []
        self.headers: list[dict[bytes, bytes]] = []
        self.is_down = False
        self.held: asyncio.Event | None = None
        self.is_holding = asyncio.Event()
        self._django: Any = get_asgi_application()
        self.front = Published(self._counted)

    async def _counted(self, scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        if task is not None and task.get_name() != KEEPER:
            self.asked_django.append(scope["path"])
        self.headers.append(dict(scope["headers"]))
        if self.is_down:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        if self.held is not None:
            self.is_holding.set()
            with suppress(asyncio.CancelledError):  # as Django's handler, which waits for its tasks
                await self.held.wait()
        await self._django(scope, receive, send)

    async def get(
        self, path: str = "/status/", method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        named = {"host": "localhost"} | {k.replace("_", "-"): v for k, v in headers.items()}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        sent: list[Any] = []
        waiting = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if waiting.is_set():
                await asyncio.Event().wait()
            waiting.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.front(scope, receive, send)
        fields = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], fields, b"".join(one.get("body", b"") for one in sent[1:])

    async def until(self, words: bytes) -> dict[str, str]:
        """Wait for a copy that has the words; its headers."""
        async with asyncio.timeout(PATIENCE):
            while True:
                _, headers, body = await self.get()
                if words in body:
                    return headers
                await asyncio.sleep(0.05)


@pytest.fixture
async def reader(settings: Settings, set_clock: SetClock) -> AsyncIterator[Reader]:
    """On a day that does not end: pages show whole days."""
    settings.STATUS_PAGE_IS_PUBLIC = True
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    reader = Reader()
    yield reader
    await reader.front.close()


async def test_copies_are_what_django_answers(reader: Reader) -> None:
    for path in sorted(PATHS):
        theirs = await sync_to_async(Client().get)(path)
        status, headers, body = await reader.get(path)
        assert (status, body) == (theirs.status_code, theirs.content)
        ours = {name: value for name, value in headers.items() if name in theirs.headers}
        expected = {name.lower(): value for name, value in theirs.headers.items()}
        expected["vary"] += ", Accept-Encoding"
        assert ours.items() <= expected.items()
        assert "content-security-policy" in headers


async def test_a_thousand_readers_cost_no_request_to_django(reader: Reader) -> None:
    await reader.get()
    for _ in range(1000):
        assert (await reader.get())[0] == 200

    assert reader.asked_django.count("/status/") == 1


async def test_cold_readers_wait_for_one_copy(reader: Reader) -> None:
    answers = await asyncio.gather(*(reader.get() for _ in range(50)))

    assert {status for status, _, _ in answers} == {200}
    assert reader.asked_django.count("/status/") == 1


async def test_who_has_the_page_gets_its_headers_alone(reader: Reader) -> None:
    _, plain, body = await reader.get()
    status, zipped, packed = await reader.get(accept_encoding="br, gzip")

    assert gzip.decompress(packed) == body
    assert (zipped["content-encoding"], zipped["etag"] != plain["etag"]) == ("gzip", True)
    for headers in (
        {"if_none_match": plain["etag"]},
        {"if_none_match": f'"other", W/{plain["etag"]}'},
        {"if_modified_since": plain["last-modified"]},
        {"if_none_match": zipped["etag"], "accept_encoding": "gzip"},
    ):
        status, _, nothing = await reader.get(**headers)
        assert (status, nothing) == (304, b"")
    assert (await reader.get(if_none_match='"other"'))[0] == 200
    status, headers, nothing = await reader.get(method="HEAD")
    assert (status, nothing, headers["content-length"]) == (200, b"", str(len(body)))


async def test_who_has_signed_in_and_what_is_not_ours_goes_on_to_django(
    reader: Reader, settings: Settings
) -> None:
    await reader.get()
    reader.headers.clear()
    await reader.get(cookie="theme=dark; sessionid=abc")
    assert (await reader.get(host="elsewhere.example"))[0] == 400
    settings.STATUS_PAGE_IS_PUBLIC = False
    assert (await reader.get())[0] == 302  # which no copy is

    asked = reader.headers  # and perhaps the front itself, as copies grow old
    assert [one[b"cookie"] for one in asked if b"cookie" in one] == [b"theme=dark; sessionid=abc"]
    assert b"elsewhere.example" in [one[b"host"] for one in asked]


async def test_a_change_is_seen_without_redis(reader: Reader, commander: User) -> None:
    @sync_to_async
    def change() -> None:
        User.objects.filter(pk=commander.pk).update(is_superuser=True)
        catalogue.add_component(
            actor=commander, name="Frontend", function="", priority="", is_public=True
        )

    _, before, _ = await reader.get()
    await change()
    after = await reader.until(b"Frontend")

    assert after["etag"] != before["etag"]


async def test_the_last_copy_stays_and_says_so_while_the_page_cannot_be_made(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RENEW_SECONDS", "RETRY_SECONDS"):
        monkeypatch.setattr(f"incidents.published.shelf.{name}", 0.1)
    _, fresh, body = await reader.get()
    assert AGE in body
    reader.is_down = True
    stale = await reader.until(b"cannot be renewed")
    reader.is_down = False

    assert "age" in stale
    assert "age" not in fresh
    assert (await reader.until(AGE))["etag"] == fresh["etag"]


@pytest.fixture
async def renewing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> asyncio.Task[Any]:
    """The keeper, in the middle of making a page anew."""
    monkeypatch.setattr("incidents.published.shelf.RENEW_SECONDS", 0.1)
    await reader.get()
    reader.held = asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        await reader.is_holding.wait()
    return next(one for one in asyncio.all_tasks() if one.get_name() == KEEPER)


async def test_a_page_in_the_making_is_finished_before_it_ends(
    reader: Reader, renewing: asyncio.Task[Any]
) -> None:
    assert reader.held is not None
    closing = asyncio.create_task(reader.front.close())
    await asyncio.sleep(0.2)
    assert not closing.done()
    reader.held.set()

    async with asyncio.timeout(PATIENCE):
        await closing
    assert renewing.done()


async def test_a_process_that_ends_is_not_kept_by_a_page_in_the_making(
    renewing: asyncio.Task[Any],
) -> None:
    renewing.cancel()

    done, _ = await asyncio.wait([renewing], timeout=PATIENCE)
    assert done


async def test_a_stream_says_the_newest_page_and_ends(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.published.stream.SECONDS", 0.05)
    _, page, _ = await reader.get()
    status, headers, body = await reader.get("/status/events/")

    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert f"data: {page['etag'].strip(chr(34))}" in body.decode()
