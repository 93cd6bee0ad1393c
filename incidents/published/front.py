"""What stands in front of Django for strangers who read the status page: copies from memory.

A thousand readers a second cost no query, and while the database is away they read the last copy,
which says so. Whoever has a session, and whatever is no page for strangers, goes on to Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from incidents.api.statuspage import BODIES
from incidents.published.copies import Copy, Form
from incidents.published.shelf import Shelf
from incidents.published.stream import Stream
from runbook.body_limit import App, Receive, Scope, Send

PAGE = "/status/"
METHODS = ("GET", "HEAD")
EVENTS = "/status/events/"
PATHS = frozenset({PAGE, "/status/feed.atom", *(f"/api/v2/{name}.json" for name in BODIES)})


@dataclass(slots=True)
class Asked:
    """The headers that matter."""

    cookie: bytes = b""
    host: bytes = b""
    proto: bytes = b""
    encodings: bytes = b""
    etags: bytes = b""
    since: bytes = b""
    fragment: bytes = b""


_FIELDS = {
    b"cookie": "cookie",
    b"host": "host",
    b"x-forwarded-proto": "proto",
    b"accept-encoding": "encodings",
    b"if-none-match": "etags",
    b"if-modified-since": "since",
    b"hx-request": "fragment",
}


class Published:
    """An ASGI application around Django's."""

    def __init__(self, pages: App) -> None:
        self._pages = pages
        self._session = settings.SESSION_COOKIE_NAME.encode() + b"="
        self._shelf: Shelf | None = None
        self._stream: Stream | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path in PATHS or (path == EVENTS and scope["method"] == "GET"):
            asked = _asked(scope)
            if self._is_of_stranger(scope, asked) and await self._serve(path, scope, asked, send):
                return
        await self._pages(scope, receive, send)

    async def close(self) -> None:
        """Stop keeping copies new."""
        if self._shelf is not None:
            await self._shelf.close()

    async def _serve(self, path: str, scope: Scope, asked: Asked, send: Send) -> bool:
        """False when there is no copy and none can be made."""
        if self._shelf is None:
            self._shelf = Shelf(self._pages)
            self._stream = Stream(self._shelf, PAGE)
        wanted = PAGE if path == EVENTS else path
        copy = self._shelf.get(wanted) or await self._shelf.fetch(wanted)
        if copy is None:
            return False
        if path == EVENTS and self._stream is not None:
            await self._stream.tell(send)
        else:
            await _answer(scope, asked, copy, self._shelf, send)
        return True

    def _is_of_stranger(self, scope: Scope, asked: Asked) -> bool:
        """Whether Django would answer everybody who asks so alike."""
        return (
            settings.STATUS_PAGE_IS_PUBLIC
            and scope["method"] in METHODS
            and self._session not in asked.cookie
            and not asked.fragment
            and is_ours(asked.host)
            and (not settings.RUNBOOK_HTTPS or asked.proto == b"https")
        )


@lru_cache(maxsize=256)
def is_ours(host: bytes) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


async def _answer(scope: Scope, asked: Asked, copy: Copy, shelf: Shelf, send: Send) -> None:
    form = copy.zipped if b"gzip" in asked.encodings else copy.plain
    is_known = _knows(asked, copy, form)
    headers = form.headers_unchanged if is_known else form.headers
    if shelf.is_stale:
        headers = [*headers, (b"Age", str(shelf.age).encode())]
    status = 304 if is_known else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    has_body = not is_known and scope["method"] == "GET"
    await send({"type": "http.response.body", "body": form.body if has_body else b""})


def _asked(scope: Scope) -> Asked:
    asked = Asked()
    for name, value in scope["headers"]:
        attribute = _FIELDS.get(name)
        if attribute:
            setattr(asked, attribute, value)
    return asked


def _knows(asked: Asked, copy: Copy, form: Form) -> bool:
    """Whether the reader has these very bytes. An ETag decides alone where there is one."""
    if asked.etags:
        known = [tag.strip().removeprefix(b"W/") for tag in asked.etags.split(b",")]
        return form.etag in known or b"*" in known
    if not asked.since:
        return False
    try:
        return copy.made <= parsedate_to_datetime(asked.since.decode("latin-1"))
    except (ValueError, TypeError):
        return False
