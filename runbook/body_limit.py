"""Refuses a request that is larger than anything Runbook takes, before it fills a disk.

Django keeps the whole body of a request before it looks at it; nobody needs to have signed in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

MOST_BYTES = 9 * 1024 * 1024
"""More than `DATA_UPLOAD_MAX_MEMORY_SIZE`, so that what is only a little too long is answered by a
page of ours; a runbook of the largest size fits."""

Message = Mapping[str, Any]  # Any: ASGI
Scope = dict[str, Any]  # Any: ASGI
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SENTENCE = b"This is more than Runbook takes in one request (9 MB). A runbook may have 1 MiB.\n"


class BodyLimit:
    """An ASGI application around another: over the limit it answers 413 and reads no further."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _announced(scope) > MOST_BYTES:
            await _refuse(send)
            return
        body = _Counted(receive, send)
        await self._app(scope, body.receive, body.send)
        if body.is_too_long and not body.has_answered:
            await _refuse(send)


class _Counted:
    """The two ways of one connection, with the bytes that came in counted."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._bytes = 0
        self.has_answered = False

    @property
    def is_too_long(self) -> bool:
        return self._bytes > MOST_BYTES

    async def receive(self) -> Message:
        """Who sends too much is, to the application, somebody who has gone."""
        message = await self._receive()
        self._bytes += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        return {"type": "http.disconnect"} if self.is_too_long else message

    async def send(self, message: Message) -> None:
        self.has_answered = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(SENTENCE)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": SENTENCE})
