"""The simulator as an ASGI application: reading a request, keeping the log, sending one answer."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from runbook.simulator import batch, control, dispatch, faults, symptoms
from runbook.simulator.errors import Refusal, shape_of
from runbook.simulator.faults import Fault
from runbook.simulator.incoming import content_of, object_in
from runbook.simulator.routing import Reply
from runbook.simulator.scenario import resources_of
from runbook.simulator.store import Resource, Store

MARK = {"x-runbook-simulator": "1"}
CONNECTION = "runbook.connection"
RESET = "/_simulator/reset"
_LOG_LENGTH = 2000
_HTML = "<!doctype html><title>502</title><h1>502 Bad Gateway</h1>\n"


class Cut(Exception):
    """This request gets no answer: its connection is closed."""


class Simulator:
    """Answers for Google's APIs and for the application that the scenario describes."""

    def __init__(self, store: Store, *, latency: float, saves: Path | None = None) -> None:
        self.store = store
        self.latency = latency
        self.saves = saves
        self.log: deque[Resource] = deque(maxlen=_LOG_LENGTH)
        self._requests: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - inside a coroutine
        self._requests.add(task)
        try:
            await self._respond(scope, receive, send)
        except (Cut, ClientDisconnect, asyncio.CancelledError):
            await _cut(scope)
        finally:
            self._requests.discard(task)

    def stop(self) -> None:
        """Cuts requests that are still held, so that the server can end at once."""
        for task in self._requests:
            task.cancel()

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == batch.PATH:
            response = await self._answer_batch(request)
        else:
            response = await self._answer_one(request)
        response.headers.update(MARK)
        await response(scope, receive, send)

    async def _answer_batch(self, request: Request) -> Response:
        try:
            content_type = request.headers.get("content-type", "")
            parts = batch.parts_of(content_type, await content_of(request))
        except Refusal as refusal:
            return _refused(refusal, request)
        answers = [
            await self._answer_one(Request(part.scope(request.scope), part.receive()))
            for part in parts
        ]
        return batch.answer_of(parts, answers)

    async def _answer_one(self, request: Request) -> Response:
        """The answer to one request, which stands in the log from its arrival on."""
        entry = _entry(request)
        started = time.perf_counter()
        if not request.url.path.startswith("/_simulator/"):
            self.log.append(entry)
        try:
            response = await self._answer(request, entry)
        except Refusal as refusal:
            response = _refused(refusal, request)
        entry["status"] = response.status_code
        entry["ms"] = round(1000 * (time.perf_counter() - started), 1)
        return response

    async def _answer(self, request: Request, entry: Resource) -> Response:
        if request.url.path.startswith("/_simulator/"):
            body = object_in(await request.body())
            answer = control.answer(self.store, self.log, request, body, self.saves)
            if request.url.path == RESET:
                self._forget()
            return _response(answer)
        body = object_in(await content_of(request))
        if self.latency:
            await asyncio.sleep(self.latency)
        dispatch.refuse_real_token(request)
        with self.store.transaction():
            symptoms.observe(self.store)
            fault = faults.strike(self.store, method=request.method, path=request.url.path)
        if fault:
            entry["fault"] = fault.kind
            if fault.kind == "html":
                return HTMLResponse(_HTML, 502)
            await self._hold(request, fault)
        reply = await dispatch.route(self.store, request, body, fault, entry)
        if fault and fault.kind == "reply-lost":
            raise Cut
        return _response(reply)

    async def _hold(self, request: Request, fault: Fault) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - inside a coroutine
        self._held.add(task)
        try:
            await _suffer(request, fault)
        finally:
            self._held.discard(task)

    def _forget(self) -> None:
        """What is held neither reads nor changes what is there after a reset."""
        for task in self._held:
            task.cancel()
        self.log.clear()


def create_app(
    *,
    scenario: str,
    state_file: Path | None = None,
    saves: Path | None = None,
    speed: float = 1.0,
    latency: float = 0.0,
    now: Callable[[], float] = time.time,
) -> Simulator:
    """An ASGI application that plays one scenario.

    `state_file` keeps its state over restarts, `saves` is the folder of states saved by name,
    `speed` divides the time that operations take, `latency` is added to each answer, in seconds,
    `now` are seconds since the epoch.
    Raises ValueError for an unknown scenario.
    """
    store = Store(
        lambda: resources_of(scenario),
        scenario=scenario,
        state_file=state_file,
        speed=speed,
        now=now,
    )
    return Simulator(store, latency=latency, saves=saves)


async def _suffer(request: Request, fault: Fault) -> None:
    """Holds, refuses or cuts the request, whichever the fault asks for."""
    fault.refuse(request.method, request.url.path)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "hang":
        try:
            await asyncio.wait_for(_disconnected(request), fault.seconds)
        except TimeoutError:
            raise Cut from None
    if fault.kind in ("drop", "hang"):
        raise Cut


async def _disconnected(request: Request) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(0.1)


async def _live(receive: Receive, send: Send) -> None:
    """The lifespan of an application that has nothing to open or to close."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _entry(request: Request) -> Resource:
    """What the log keeps of a request: never its body, which may hold a secret."""
    return {
        "at": time.time(),
        "method": request.method,
        "host": request.headers.get("host", ""),
        "path": request.url.path,
        "query": request.url.query,
        "known": False,
        "fault": "",
        "status": 0,
        "ms": 0.0,
    }


def _refused(refusal: Refusal, request: Request) -> Response:
    body = refusal.body(shape_of(request.url.path))
    return JSONResponse(body, refusal.code, refusal.headers)


def _response(reply: Resource | Reply) -> Response:
    if isinstance(reply, Reply):
        return JSONResponse(reply.body, reply.status, dict(reply.headers))
    return JSONResponse(reply)


async def _cut(scope: Scope) -> None:
    """Closes the connection without an answer; only a real server has one to close.

    Returns when the server knows, which otherwise complains of a missing answer.
    """
    connection = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:
        raise ConnectionResetError("The simulator cut this connection.")
    connection.abort()
    await asyncio.sleep(0)
