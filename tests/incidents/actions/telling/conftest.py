"""Real receivers, a clock that stands still, and nobody who waits for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from incidents.models import Incident
from tests.incidents.conftest import SetClock
from tests.support.receivers import Hook, Mailbox, http_server, mail_server


@pytest.fixture(scope="module")
def running_mail_server() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def running_http_server() -> Iterator[Hook]:
    with http_server() as hook:
        yield hook


@pytest.fixture
def mailbox(running_mail_server: Mailbox, settings: Settings) -> Mailbox:
    settings.MAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_mail_server.port
    settings.PUBLIC_URL = "https://runbook.example.com"
    running_mail_server.mails, running_mail_server.answers = [], []
    running_mail_server.seconds = 0
    return running_mail_server


@pytest.fixture
def hook(running_http_server: Hook, settings: Settings) -> Hook:
    settings.PRIVATE_RECEIVERS = ["127.0.0.0/8"]
    running_http_server.requests, running_http_server.answers = [], []
    running_http_server.seconds = 0
    return running_http_server


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 30.0


@pytest.fixture
def incident(set_clock: SetClock, incident: Incident) -> Incident:
    return incident
