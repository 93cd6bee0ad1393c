"""What strangers read, as bytes: each page made once by Django, in every form it is asked for."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings

from runbook.body_limit import App, Message, Scope

Headers = list[tuple[bytes, bytes]]

AGE = b"<!--age-->"
"""Where a page that cannot be renewed says so; a comment in the template."""

DROPPED = frozenset({b"content-length", b"etag", b"last-modified", b"vary"})
OF_BODY = frozenset({b"content-type", b"content-encoding"})
GZIP_LEVEL = 9


class NotMade(Exception):
    """Django answered something else than the page: the database is away, for example."""


@dataclass(frozen=True, slots=True)
class Form:
    """One page in one encoding, ready to send."""

    etag: bytes
    headers: Headers
    headers_unchanged: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as it was made. `made` is a whole second, as HTTP has it."""

    body: bytes
    own_headers: Headers
    made: datetime
    plain: Form
    zipped: Form

    @property
    def etag(self) -> str:
        return self.plain.etag.decode().strip('"')


@dataclass(slots=True)
class _Answer:
    """What an ASGI application sends."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


async def make(pages: App, path: str, *, before: Copy | None) -> Copy:
    """The page as strangers get it. The same bytes as `before` are the same copy, with its moment.
    Raises `NotMade`."""
    answer = _Answer()
    await pages(_scope(path), _Silence().receive, answer.take)
    if answer.status != 200 or any(name.lower() == b"set-cookie" for name, _ in answer.headers):
        raise NotMade(f"{path}: {answer.status}")
    body = bytes(answer.body)
    if before is not None and before.body == body:
        return before
    return _copy(body, answer.headers, datetime.now(UTC).replace(microsecond=0))


def aged(copy: Copy) -> Copy:
    """The same page, saying since when it has not been renewed."""
    words = (
        f'<p class="notice-line" role="note">This is what the page said at {copy.made:%H:%M:%S} UTC'
        f" on {copy.made:%-d %B}. It cannot be renewed at this moment; we keep trying.</p>"
    )
    return _copy(copy.body.replace(AGE, words.encode(), 1), copy.own_headers, copy.made)


def _copy(body: bytes, headers: Headers, made: datetime) -> Copy:
    digest = hashlib.sha256(body).hexdigest()[:20]
    kept = [(name, value) for name, value in headers if name.lower() not in DROPPED]
    kept.append((b"Vary", _vary(headers)))
    kept.append((b"Last-Modified", format_datetime(made, usegmt=True).encode()))
    zipped = gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)
    return Copy(
        body=body,
        own_headers=headers,
        made=made,
        plain=_form(body, f'"{digest}"', kept),
        zipped=_form(zipped, f'"{digest}-gzip"', [*kept, (b"Content-Encoding", b"gzip")]),
    )


def _form(body: bytes, etag: str, headers: Headers) -> Form:
    tagged = [*headers, (b"ETag", etag.encode())]
    length = (b"Content-Length", str(len(body)).encode())
    unchanged = [one for one in tagged if one[0].lower() not in OF_BODY]
    return Form(etag.encode(), [*tagged, length], unchanged, body)


def _vary(headers: Headers) -> bytes:
    named = [value for name, value in headers if name.lower() == b"vary"]
    return b", ".join([*named, b"Accept-Encoding"])


def _scope(path: str) -> Scope:
    """A stranger's request from this machine, past the proxy."""
    headers: Headers = [(b"host", _host().encode())]
    if settings.RUNBOOK_HTTPS:
        headers.append((b"x-forwarded-proto", b"https"))
    scope: MutableMapping[str, Any] = {  # Any: ASGI
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https" if settings.RUNBOOK_HTTPS else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", settings.PORT),
    }
    return dict(scope)


def _host() -> str:
    first = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"
    return "localhost" if first == "*" else str(first).removeprefix(".")


class _Silence:
    """A client that has sent its request and waits: Django listens for its going away."""

    def __init__(self) -> None:
        self._has_asked = False

    async def receive(self) -> Mapping[str, Any]:  # Any: ASGI
        if self._has_asked:
            await asyncio.Event().wait()
        self._has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}
