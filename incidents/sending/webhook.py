"""A letter to a program over HTTP, signed. No redirect is followed."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings

from incidents.sending.letter import Letter, NotDelivered
from incidents.sending.reach import is_inside, reach
from incidents.sending.signatures import signature
from runbook.cloud.hosts import port_of
from runbook.cloud.time_limit import TimeLimit
from runbook.cloud.trust import trust

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


def send(letter: Letter, address: str, key: str, *, is_strangers: bool = False) -> str:
    """Raises `NotDelivered`. The receiver's status is the receipt. What a stranger wrote as an
    address (`is_strangers`) leads to no network of the operator."""
    parts = urlsplit(address)
    seconds = settings.EMAIL_TIMEOUT
    with TimeLimit(seconds) as limit:
        try:
            status, headers = _exchange(
                _request(letter, parts, key, limit, is_strangers=is_strangers)
            )
        except httpx.HTTPError as error:
            slow = limit.has_passed or isinstance(error, httpx.TimeoutException)
            sentence = f"did not answer in {seconds:g} s" if slow else "cannot be reached"
            raise NotDelivered(f"The receiver {sentence}.") from error
    return _receipt(status, headers, letter.at)


def _request(
    letter: Letter, parts: SplitResult, key: str, limit: TimeLimit, *, is_strangers: bool
) -> httpx.Request:
    """To the address that was checked, whatever its name leads to by then."""
    reached = reach(parts.hostname or "", port_of(parts.geturl()), is_strangers=is_strangers)
    if parts.scheme != "https" and not is_inside(reached):
        raise NotDelivered("Only https:// goes out of the house.", is_final=True)
    path = parts._replace(scheme="", netloc="", fragment="", path=parts.path or "/").geturl()
    body = json.dumps(_content(letter), separators=(",", ":")).encode()
    return httpx.Request(
        "POST",
        f"{parts.scheme}://{reached.written}:{reached.port}{path}",
        content=body,
        headers={"host": parts.netloc.rpartition("@")[2], **_headers(letter, key, body)},
        extensions={
            "timeout": httpx.Timeout(max(limit.left, 0.001)).as_dict(),
            "sni_hostname": parts.hostname or "",
            "trace": _watching(limit),
        },
    )


def _content(letter: Letter) -> dict[str, object]:
    return {
        "type": f"runbook.{letter.kind.replace(' ', '_')}",
        "timestamp": letter.created_at.isoformat(),
        "data": {
            **letter.data,
            "subject": letter.subject,
            "text": letter.body,
            "link": letter.link,
        },
    }


def _headers(letter: Letter, key: str, body: bytes) -> dict[str, str]:
    timestamp = int(letter.at.timestamp())
    try:
        signed = signature(key, id=letter.id, timestamp=timestamp, body=body)
    except binascii.Error as error:
        raise NotDelivered("The signing key of this webhook is not base64.", is_final=True) from (
            error
        )
    return {
        "content-type": "application/json",
        "user-agent": "runbook",
        "webhook-id": letter.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }


def _watching(limit: TimeLimit) -> Callable[[str, Mapping[str, Any]], None]:
    """What the HTTP client calls at each step; Any: its details differ by step."""

    def watch(event: str, details: Mapping[str, Any]) -> None:
        if event in _CONNECTED:
            limit.watch(details["return_value"].get_extra_info("socket"))

    return watch


def _exchange(request: httpx.Request) -> tuple[int, httpx.Headers]:
    """Below httpx's client: what the receiver says besides its status is not read."""
    with (
        httpx.HTTPTransport(verify=trust(), trust_env=False) as transport,
        closing(transport.handle_request(request)) as response,
    ):
        return response.status_code, response.headers


def _receipt(status: int, headers: httpx.Headers, now: datetime) -> str:
    if 200 <= status < 300:
        return str(status)
    if 300 <= status < 400:
        raise NotDelivered(
            f"The receiver wants us elsewhere ({status}), which is not followed. Write its new"
            " address.",
            is_final=True,
        )
    if status == httpx.codes.GONE:
        raise NotDelivered("The receiver wants nothing any more (410).", is_gone=True)
    raise NotDelivered(
        f"The receiver answered {status}.",
        is_final=status < 500 and status not in _WORTH_ANOTHER_TRY,
        wait=_wait(headers.get("retry-after", ""), now),
    )


def _wait(text: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, in either of its forms."""
    if text.strip().isdecimal() and text.isascii():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)
