"""What is too much is refused in words, before it fills memory or a disk."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from incidents.models import Runbook
from runbook.body_limit import MOST_BYTES, BodyLimit
from tests.incidents.views.conftest import SignIn, sign_in, static_folder

__all__ = ["sign_in", "static_folder"]
PART = b"x" * 65_536


def scope(**headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": "/sign-in/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")]
        + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


class Taken:
    """An application that reads everything and answers; it counts what reached it."""

    def __init__(self) -> None:
        self.bytes = 0

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            self.bytes += len(message.get("body", b""))
            if message["type"] == "http.disconnect":
                return
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})


def parts(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"type": "http.request", "body": PART, "more_body": number < count - 1}


async def ask(app: Any, given: dict[str, Any], sent: Iterator[dict[str, Any]]) -> tuple[int, bytes]:
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(sent)

    async def send(message: Any) -> None:
        answers.append(message)

    await app(given, receive, send)
    return answers[0]["status"], answers[1]["body"]


async def test_announced_length_over_the_limit_is_refused_unread() -> None:
    taken = Taken()
    status, words = await ask(BodyLimit(taken), scope(content_length=str(10**12)), iter(()))
    assert (status, taken.bytes) == (413, 0)
    assert b"more than Runbook takes" in words


async def test_body_that_does_not_end_is_refused_at_the_limit() -> None:
    taken = Taken()
    endless = ({"type": "http.request", "body": PART, "more_body": True} for _ in range(10**9))
    status, words = await ask(BodyLimit(taken), scope(transfer_encoding="chunked"), endless)
    assert status == 413
    assert b"more than Runbook takes" in words
    assert taken.bytes <= MOST_BYTES


async def test_body_within_the_limit_passes() -> None:
    taken = Taken()
    assert await ask(BodyLimit(taken), scope(), parts(100)) == (200, b"taken")
    assert taken.bytes == 100 * len(PART)


async def test_web_application_has_the_limit(static_folder: None) -> None:
    """Without a session, on a page that takes forms, in the application that is served."""
    application = import_module("runbook.asgi").application  # needs the folder
    communicator = ApplicationCommunicator(application, scope(content_length=str(10**10)))
    await communicator.send_input({"type": "http.request", "body": b"", "more_body": True})
    answer = await communicator.receive_output(timeout=30)
    assert answer["status"] == 413


def test_runbook_over_its_limit_is_refused_in_words(commander: User, sign_in: SignIn) -> None:
    client = sign_in(commander)
    for given in (
        {"text": "# A\n" + "x" * 2**20},
        {"file": SimpleUploadedFile("a.md", b"# A\n" + b"x" * 2**20)},
    ):
        answer = client.post(reverse("add-runbook"), given)
        assert answer.status_code in (413, 422)
        assert "1 MiB" in answer.content.decode()
    assert not Runbook.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {f"field-{number}": "x" for number in range(1500)},
        {"text": "x" * (8 * 2**20 + 1)},
    ],
    ids=["fields", "form"],
)
def test_too_many_fields_and_too_long_forms_are_refused(
    commander: User, sign_in: SignIn, given: dict[str, str]
) -> None:
    answer = sign_in(commander).post(reverse("add-runbook"), given)
    assert answer.status_code == 400
    assert "This request makes no sense here" in answer.content.decode()
