"""Server-sent events: open pages of strangers hear at once that there is something new to fetch.

A stream says a page's ETag when it begins and whenever it changes, and ends by itself after a
while: the browser opens the next one, a proxy in between holds none for long, and a process that
is asked to stop waits for none. Streams cost a task each and no query.
"""

from __future__ import annotations

import asyncio
import time

from incidents.middleware import HEADERS
from incidents.published.shelf import Shelf
from runbook.body_limit import Send

MOST = 5000
"""Streams of one process. Who comes later is told so and asks for the page now and then."""

SECONDS = 15.0
AGAIN_MILLISECONDS = 500

SECURITY = [
    (name.lower().encode(), text.encode())
    for name, text in HEADERS.items()
    if name != "Cache-Control"
]
START = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    *SECURITY,
]
FULL = [(b"content-length", b"0"), (b"retry-after", b"60"), *SECURITY]


class Stream:
    def __init__(self, shelf: Shelf, path: str) -> None:
        self._shelf = shelf
        self._path = path
        self._open = 0

    async def tell(self, send: Send) -> None:
        if self._open >= MOST:
            await send({"type": "http.response.start", "status": 503, "headers": FULL})
            await send({"type": "http.response.body", "body": b""})
            return
        self._open += 1
        try:
            await self._tell(send)
        finally:
            self._open -= 1

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": START})
        until = time.monotonic() + SECONDS
        said = ""
        while (left := until - time.monotonic()) > 0:
            changed = self._shelf.changed
            etag = self._shelf.etags.get(self._path, "")
            if etag != said:
                said = etag
                await send(_event(etag))
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                break
        await send({"type": "http.response.body", "body": b""})


def _event(etag: str) -> dict[str, object]:
    text = f"retry: {AGAIN_MILLISECONDS}\nevent: page\ndata: {etag}\n\n"
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}
