"""Turns everything a call to Google can end with into a `CloudError`.

The two client libraries raise `HttpError`, `GoogleAPICallError`, and below them the faults of
requests and of the credentials. Google's own sentence is kept where the body holds one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import requests
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError
from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]  # it has no stubs
from googleapiclient.errors import HttpError

from runbook.cloud.credential_errors import refused_credentials
from runbook.cloud.errors import CloudError, ErrorKind
from runbook.document.definition import Json

FAULTS = (HttpError, GoogleAPICallError, GoogleAuthError, requests.RequestException, ParseError)
"""What the client libraries raise for a call that did not succeed."""

_KINDS: dict[int, ErrorKind] = {
    400: "INVALID",
    401: "DENIED",
    403: "DENIED",
    404: "NOT_FOUND",
    408: "TIMEOUT",
    409: "CONFLICT",
    412: "PRECONDITION",
    429: "QUOTA",
}
_QUOTA_REASONS = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "RATE_LIMIT_EXCEEDED",
}
_API_OFF_REASONS = {"accessNotConfigured", "SERVICE_DISABLED"}


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, for the words of its error. `seconds` is how long it was allowed to take."""

    permission: str
    is_change: bool
    seconds: float


def translate(error: Exception, call: Call) -> CloudError:
    """The error as operators see it; `error` is one of `FAULTS`."""
    if isinstance(error, HttpError):
        return from_answer(error.status_code, error.resp, error.content, call)
    if isinstance(error, GoogleAPICallError):
        response = error.response
        if isinstance(response, requests.Response):
            return from_answer(response.status_code, response.headers, response.content, call)
        return CloudError("BAD_RESPONSE", str(error), may_have_applied=call.is_change)
    if isinstance(error, GoogleAuthError):
        return refused_credentials(error)
    if isinstance(error, requests.TooManyRedirects):
        return bad_response("a redirect, which is not followed", call)
    if isinstance(error, requests.RequestException):
        return _from_connection(error, call)
    return bad_response("an answer that is not the JSON it promises", call)


def bad_response(what: str, call: Call) -> CloudError:
    return CloudError(
        "BAD_RESPONSE",
        f"Google's address answered with {what}.",
        advice="Something answers in Google's place: check proxies and the endpoint.",
        may_have_applied=call.is_change,
    )


def _from_connection(error: requests.RequestException, call: Call) -> CloudError:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return CloudError("TIMEOUT", "Google cannot be reached: no connection in time.")
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return CloudError(
            "TIMEOUT",
            f"Google did not answer within {call.seconds:g} s.",
            may_have_applied=call.is_change,
        )
    never_sent = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    return CloudError(
        "UNAVAILABLE",
        "Google cannot be reached: no connection."
        if never_sent
        else "The connection to Google broke before an answer came.",
        may_have_applied=call.is_change and not never_sent,
    )


def from_answer(
    status: int, headers: Mapping[str, str], body: bytes | str, call: Call
) -> CloudError:
    """The error in an HTTP answer of 300 or above, in any of the shapes Google uses."""
    details = _error_object(body)
    reasons = _reasons(details)
    kind = _kind(status, details, reasons)
    return CloudError(
        kind,
        _message(status, details),
        advice=_advice(kind, reasons, call.permission),
        http_status=status,
        retry_after=_retry_after(headers),
        may_have_applied=call.is_change and status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _error_object(body: bytes | str) -> dict[str, Json]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(details: dict[str, Json]) -> set[str]:
    found: set[str] = set()
    for key in ("errors", "details"):
        entries = details.get(key)
        for entry in entries if isinstance(entries, list) else []:
            reason = entry.get("reason") if isinstance(entry, dict) else None
            if isinstance(reason, str):
                found.add(reason)
    return found


def _kind(status: int, details: dict[str, Json], reasons: set[str]) -> ErrorKind:
    if reasons & _QUOTA_REASONS:
        return "QUOTA"
    if details.get("status") == "FAILED_PRECONDITION":
        return "PRECONDITION"
    if status in _KINDS:
        return _KINDS[status]
    return "UNAVAILABLE" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "BAD_RESPONSE"


def _message(status: int, details: dict[str, Json]) -> str:
    message = details.get("message")
    if isinstance(message, str) and message:
        return message
    return f"HTTP {status} without an explanation."


def _advice(kind: ErrorKind, reasons: set[str], permission: str) -> str:
    if kind != "DENIED":
        return ""
    if reasons & _API_OFF_REASONS:
        return "Enable this API in the project."
    return f"The credentials need the permission {permission}."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the date form of the header is not used by Google's APIs and is ignored."""
    value = headers.get("retry-after") or headers.get("Retry-After") or ""
    return float(value) if re.fullmatch(r"\d+", value) else None
