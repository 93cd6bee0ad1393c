"""Connections to Google's APIs, made once per process and `Reference` and shared by all sessions.

Discovery requests travel over requests and not over httplib2, its usual transport: httplib2 sends
a request a second time, changes included, when the server closes the connection without an answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import httplib2
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from googleapiclient import discovery

from runbook.cloud.authorities import Adapter
from runbook.cloud.credentials import Reference, load, reference_of
from runbook.cloud.descriptions import description_of
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.target import Target

Client = TypeVar("Client")
Untyped: TypeAlias = Any
"""Discovery builds its collections and requests at run time; they have no static type."""

_MOST_IDLE = 64
_lock = threading.Lock()
_idle: dict[Reference, deque[Any]] = {}  # Any: the library's sessions have no types
_asking: dict[Reference, threading.Lock] = {}


class Transport:
    """One request as `googleapiclient` asks for it, sent once and without following redirects."""

    def __init__(self, session: Untyped, *, connect: float, read: float) -> None:
        self._session = session
        self._timeout = (connect, read)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[httplib2.Response, bytes]:
        response = self._session.request(
            method, uri, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
        )
        answer = httplib2.Response({key.lower(): value for key, value in response.headers.items()})
        answer.status = response.status_code
        answer.reason = response.reason
        return answer, response.content


class Connection:
    """How one target is reached. Cheap to make: what is expensive is kept per `Reference`."""

    def __init__(self, target: Target) -> None:
        check_endpoint(target.endpoint)
        self._target = target
        self._reference = reference_of(target)

    @contextmanager
    def kept_transport(self, seconds: float) -> Iterator[Transport]:
        """For reads: connections that stay open between requests, used by one thread at a time."""
        idle = _idle.setdefault(self._reference, deque(maxlen=_MOST_IDLE))
        try:
            session = idle.pop()
        except IndexError:
            session = self._new_session()
        try:
            yield self._transport(session, seconds)
        finally:
            idle.append(session)

    @contextmanager
    def fresh_transport(self, seconds: float) -> Iterator[Transport]:
        """For changes: a new connection, so that one which went stale cannot leave doubt."""
        with self._new_session() as session:
            yield self._transport(session, seconds)

    def collection(
        self, api: str, version: str, path: tuple[str, ...], address: str = ""
    ) -> Untyped:
        """A discovery collection such as ("sqladmin", "v1", ("instances",)), built once.

        `address` is where Google serves it, for an API whose address depends on the region.
        """
        with _lock:
            served_at = self._target.endpoint or address
            return _collection(self._reference, served_at, api, version, path)

    def compute_client(self, client: Callable[..., Client]) -> Client:
        """A Compute client; these are safe to share between threads."""
        with _lock:
            made: Client = _compute_client(self._reference, client)
        _have_token(self._reference, self._target.read_timeout)
        return made

    def _new_session(self) -> Untyped:
        credentials = load(self._reference)
        session: Untyped = AuthorizedSession(credentials, auth_request=_asking_for_tokens())  # type: ignore[no-untyped-call]  # untyped library
        session.mount("https://", Adapter())
        session.trust_env = not self._target.is_simulated
        return session

    def _transport(self, session: Untyped, seconds: float) -> Transport:
        _have_token(self._reference, seconds)
        connect = min(self._target.connect_timeout, seconds)
        return Transport(session, connect=connect, read=seconds)


def _have_token(reference: Reference, seconds: float) -> None:
    """Of threads that begin at once, one asks for the token and the others wait for it, so long at
    most; the library would have each of them ask. When nothing comes of it, the request itself
    asks again, and says why it failed."""
    credentials = load(reference)
    if credentials.valid:
        return
    asking = _asking.setdefault(reference, threading.Lock())
    if asking.acquire(blocking=False):
        try:
            if not credentials.valid:  # somebody may have asked between the two looks
                with suppress(GoogleAuthError):
                    credentials.refresh(_asking_for_tokens())  # type: ignore[no-untyped-call]  # untyped library
        finally:
            asking.release()
    elif asking.acquire(timeout=seconds):
        asking.release()


def _asking_for_tokens() -> Untyped:
    """As the library would make it: a token may be asked for three times."""
    session = requests.Session()
    session.mount("https://", Adapter(max_retries=3))
    return Request(session)


@lru_cache(maxsize=256)
def _collection(
    reference: Reference, address: str, api: str, version: str, path: tuple[str, ...]
) -> Untyped:
    resource = _service(reference, address, api, version)
    for name in path:
        resource = getattr(resource, name)()
    return resource


@lru_cache(maxsize=64)
def _service(reference: Reference, address: str, api: str, version: str) -> Untyped:
    options = {"api_endpoint": f"{address.rstrip('/')}/"} if address else None
    return discovery.build_from_document(
        description_of(api, version), credentials=load(reference), client_options=options
    )


@lru_cache(maxsize=256)
def _compute_client(reference: Reference, client: Callable[..., Untyped]) -> Untyped:
    options = {"api_endpoint": reference.endpoint} if reference.endpoint else None
    made = client(credentials=load(reference), client_options=options)
    # This library follows redirects, and Google's API has none: whoever sends one is not Google.
    made.transport._session.max_redirects = 0
    made.transport._session.mount("https://", Adapter())
    if reference.endpoint:
        # A proxy named in the environment must not see requests meant for this machine.
        made.transport._session.trust_env = False
    return made
