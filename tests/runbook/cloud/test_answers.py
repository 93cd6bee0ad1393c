"""Every shape of Google's errors becomes one kind with one sentence."""

from __future__ import annotations

import json

import pytest
from google.auth.exceptions import DefaultCredentialsError

from runbook.cloud.answers import Call, from_answer, translate
from runbook.cloud.errors import CloudError

READ = Call("cloudsql.instances.get", is_change=False, seconds=30)


def answer(status: int, error: object, headers: dict[str, str] | None = None) -> CloudError:
    return from_answer(status, headers or {}, json.dumps({"error": error}), READ)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "Bad."}, "INVALID"),
        (400, {"message": "Not now.", "status": "FAILED_PRECONDITION"}, "PRECONDITION"),
        (401, {"message": "Who?"}, "DENIED"),
        (403, {"message": "No.", "errors": [{"reason": "notAuthorized"}]}, "DENIED"),
        (403, {"message": "Slow.", "errors": [{"reason": "rateLimitExceeded"}]}, "QUOTA"),
        (403, {"message": "Slow.", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}, "QUOTA"),
        (404, {"message": "Gone.", "errors": [{"reason": "instanceDoesNotExist"}]}, "NOT_FOUND"),
        (409, {"message": "Busy."}, "CONFLICT"),
        (412, {"message": "Stale."}, "PRECONDITION"),
        (429, {"message": "Slow."}, "QUOTA"),
        (500, {"message": "Oops."}, "UNAVAILABLE"),
        (503, {"message": "Later."}, "UNAVAILABLE"),
        (302, {"message": "Elsewhere."}, "BAD_RESPONSE"),
    ],
)
def test_answers_have_a_kind_and_keep_googles_words(
    status: int, error: dict[str, object], kind: str
) -> None:
    found = answer(status, error)
    assert (found.kind, found.message, found.http_status) == (kind, error["message"], status)


def test_a_refusal_names_the_missing_permission() -> None:
    assert answer(403, {"message": "No."}).advice == (
        "The credentials need the permission cloudsql.instances.get."
    )


def test_a_refusal_of_a_switched_off_api_says_so() -> None:
    off = {"message": "Off.", "errors": [{"reason": "accessNotConfigured"}]}
    assert answer(403, off).advice == "Enable this API in the project."


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[]", '{"error": "text"}'])
def test_an_answer_without_an_explanation_still_has_a_sentence(body: str) -> None:
    found = from_answer(502, {}, body, READ)
    assert (found.kind, found.message) == ("UNAVAILABLE", "HTTP 502 without an explanation.")


def test_retry_after_is_read_in_seconds() -> None:
    assert answer(429, {}, {"retry-after": "7"}).retry_after == 7.0
    assert answer(429, {}, {"Retry-After": "7"}).retry_after == 7.0
    assert answer(429, {}, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}).retry_after is None


def test_missing_credentials_are_a_refusal_and_not_a_fault() -> None:
    found = translate(DefaultCredentialsError("nothing found"), READ)
    assert (found.kind, found.message) == (
        "DENIED",
        "There are no valid Google credentials: nothing found",
    )
    assert found.advice.startswith("Sign the worker in: gcloud auth application-default login")
