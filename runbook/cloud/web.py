"""One web page, fetched for a probe: bounded in time and size, and only from permitted hosts.

A name is resolved once, every address it has must be public, and the connection goes to the
address that was checked, so that a name cannot change its mind in between.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import port_of, refused_url
from runbook.cloud.pages import MOST_BYTES, Page, Request
from runbook.cloud.site import route_of
from runbook.cloud.sockets import resolve
from runbook.cloud.stopwatch import Stopwatch
from runbook.cloud.target import Target
from runbook.cloud.time_limit import TimeLimit
from runbook.cloud.trust import no_trust, trust

_MOST_REDIRECTS = 10
_CREDENTIALS = frozenset({"authorization", "cookie"})
_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Web:
    """Raises `CloudError`; its messages name the host."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def fetch(self, request: Request) -> Page:
        seconds = min(request.seconds or self._target.read_timeout, self._target.read_timeout)
        started = time.monotonic()
        asked, head = request, ""
        with TimeLimit(seconds) as limit:
            for redirects in range(_MOST_REDIRECTS + 1):
                page = self._fetch_one(asked, limit, seconds)
                head += page.head
                location = page.headers.get("location", "")
                if not (request.follows_redirects and location and 300 <= page.status < 400):
                    seconds = round(time.monotonic() - started, 6)
                    return replace(page, seconds=seconds, redirects=redirects, head=head)
                asked = _followed(asked, location)
        raise CloudError(
            "BAD_RESPONSE", f"{request.url} redirects more than {_MOST_REDIRECTS} times."
        )

    def _fetch_one(self, request: Request, limit: TimeLimit, seconds: float) -> Page:
        refused = refused_url(request.url, self._target)
        if refused:
            raise CloudError("DENIED", refused)
        started = time.monotonic()
        address, via = self._address(request.url, urlsplit(request.url))
        stopwatch = Stopwatch(started)
        try:
            sent = self._sent(request, address, via, limit, stopwatch)
            page = _answered(sent, request.url, via, limit)
        except httpx.InvalidURL as error:
            raise CloudError("BAD_RESPONSE", f"Nothing can be asked there: {error}") from error
        except httpx.HTTPError as error:
            told = httpx.ReadTimeout("the time is up") if limit.has_passed else error
            raise _translated(told, request.url, seconds) from error
        where = urlsplit(address)
        return replace(
            page, timings=stopwatch.timings(), address=where.hostname or "", port=port_of(address)
        )

    def _sent(
        self, request: Request, address: str, via: str, limit: TimeLimit, stopwatch: Stopwatch
    ) -> httpx.Request:
        parts = urlsplit(request.url)
        connect = request.connect_seconds or self._target.connect_timeout
        left = max(limit.left, 0.001)
        return httpx.Request(
            request.method,
            address,
            headers=_headers(request, parts, via),
            extensions={
                "timeout": httpx.Timeout(left, connect=min(connect, left)).as_dict(),
                "sni_hostname": parts.hostname or "",
                "trace": _noting(stopwatch, limit),
            },
        )

    def _address(self, url: str, parts: SplitResult) -> tuple[str, str]:
        """The URL to connect to, and the simulator's base URL when it answers for the host."""
        host = parts.hostname or ""
        tail = parts._replace(scheme="", netloc="", fragment="", path=parts.path or "/").geturl()
        base = route_of(host, self._target)
        if base:
            return base + tail, base
        resolved = resolve(host, port_of(url), self._target)
        return f"{parts.scheme}://{resolved.written}:{resolved.port}{tail}", ""


def _followed(request: Request, location: str) -> Request:
    """Where a redirect leads. Credentials stay with the host they are for, as curl's do."""
    try:
        url = urljoin(request.url, location)
        is_elsewhere = _origin(url) != _origin(request.url)
    except ValueError as error:
        sentence = f"{request.url} redirects to what is not an address of the web."
        raise CloudError("BAD_RESPONSE", sentence) from error
    headers = tuple(
        pair for pair in request.headers if not (is_elsewhere and pair[0].lower() in _CREDENTIALS)
    )
    return replace(request, url=url, headers=headers)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", port_of(url)


def _noting(stopwatch: Stopwatch, limit: TimeLimit) -> Callable[[str, Mapping[str, Any]], None]:
    """What the HTTP client calls at each step; Any: its details differ by step."""

    def note(event: str, details: Mapping[str, Any]) -> None:
        stopwatch.note(event, details)
        if event in _CONNECTED:
            limit.watch(details["return_value"].get_extra_info("socket"))

    return note


def _answered(sent: httpx.Request, url: str, via: str, limit: TimeLimit) -> Page:
    """Below httpx's client, which would look into redirects and decode the body: a few bytes of
    gzip make gigabytes."""
    with (
        httpx.HTTPTransport(verify=_context(sent), trust_env=False) as transport,
        closing(transport.handle_request(sent)) as response,
    ):
        body, size = _bounded_body(response, limit)
        return _page(response, url, body=body, size=size, via=via)


def _context(sent: httpx.Request) -> ssl.SSLContext:
    return trust() if sent.url.scheme == "https" else no_trust()


def _headers(request: Request, parts: SplitResult, via: str) -> dict[str, str]:
    headers = {"user-agent": "runbook-probe", "accept": "*/*", "accept-encoding": "identity"}
    headers |= dict(request.headers)
    headers["host"] = parts.netloc
    if via:
        headers["x-forwarded-proto"] = parts.scheme
    return headers


def _head(response: httpx.Response) -> str:
    """As it came: servers that speak HTTP/1.1 choose the case of their headers."""
    first = f"{response.http_version} {response.status_code} {response.reason_phrase}"
    pairs = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
    ]
    return "".join(f"{line}\r\n" for line in (first, *(f"{n}: {v}" for n, v in pairs), ""))


def _bounded_body(response: httpx.Response, limit: TimeLimit) -> tuple[bytes, int]:
    """At most `MOST_BYTES` of the body, and how much was received; the rest is not read."""
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) >= MOST_BYTES:
            break
    else:
        if limit.has_passed:  # the end of the body may be where the limit hung up
            raise httpx.ReadTimeout("the page did not end in time")
    return body[:MOST_BYTES], len(body)


def _page(response: httpx.Response, url: str, *, body: bytes, size: int, via: str) -> Page:
    return Page(
        status=response.status_code,
        reason=response.reason_phrase,
        http_version=response.http_version,
        seconds=0.0,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body.decode("utf-8", errors="replace").replace("\x00", "\ufffd"),
        size=size,
        url=url,
        redirects=0,
        via=via,
        head=_head(response),
    )


def _translated(error: httpx.HTTPError, url: str, seconds: float) -> CloudError:
    host = urlsplit(url).hostname or url
    if isinstance(error, httpx.ConnectTimeout):
        return CloudError("TIMEOUT", f"No connection to {host} in time.")
    if isinstance(error, httpx.TimeoutException):
        return CloudError("TIMEOUT", f"{host} did not answer within {seconds:g} s.")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return CloudError("BAD_RESPONSE", f"The certificate of {host} is not valid: {error}")
    if isinstance(error, httpx.ConnectError):
        return CloudError("UNAVAILABLE", f"{host} cannot be reached: {error}")
    return CloudError(
        "UNAVAILABLE", f"The connection to {host} broke before the answer was complete."
    )
