"""Mail over TLS by a real server: nothing is sent to one that does not prove itself, and the
sentence says what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from incidents.sending import mail
from incidents.sending.letter import Letter, NotDelivered
from tests.support.receivers import Mailbox, mail_server
from tests.support.tls_server import make_certificate

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
LETTER = Letter(id="1", kind="level", subject="Two hours", body="Decide.", created_at=NOW, at=NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secured(certificate: Path) -> Iterator[Mailbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context) as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def plain() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture(autouse=True)
def starttls(settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As smtp+tls://mailer:let%20me%20in@localhost sets them, its authority being trusted."""
    settings.MAIL_URL = "smtp+tls://localhost"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "localhost", 20.0
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mailer", "let me in"
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def _send(mailbox: Mailbox, settings: Settings) -> str:
    settings.EMAIL_PORT = mailbox.port
    mailbox.mails.clear()
    return mail.send(LETTER, "engineer@example.com")


def _why_not(mailbox: Mailbox, settings: Settings) -> str:
    with pytest.raises(NotDelivered) as refused:
        _send(mailbox, settings)
    assert mailbox.mails == []
    assert not refused.value.is_final
    return refused.value.sentence


def test_mail_goes_through_starttls_with_a_password(secured: Mailbox, settings: Settings) -> None:
    assert _send(secured, settings) == "accepted by localhost"
    assert [one["Subject"] for one in secured.mails] == ["Two hours"]


def test_wrong_password_is_said(secured: Mailbox, settings: Settings) -> None:
    settings.EMAIL_HOST_PASSWORD = "let us in"

    assert _why_not(secured, settings) == "The mail server did not let us sign in (535)."


def test_server_without_starttls_gets_nothing(plain: Mailbox, settings: Settings) -> None:
    assert _why_not(plain, settings) == mail.NO_STARTTLS


def test_password_is_not_sent_in_the_clear(plain: Mailbox, settings: Settings) -> None:
    settings.EMAIL_USE_TLS = False

    assert _why_not(plain, settings) == mail.NO_SIGN_IN


def test_certificate_of_an_unknown_authority_is_refused(
    secured: Mailbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    assert _why_not(secured, settings) == mail.NOT_TRUSTED.format("self-signed certificate")


def test_certificate_of_another_name_is_refused(secured: Mailbox, settings: Settings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"

    words = "IP address mismatch, certificate is not valid for '127.0.0.1'"
    assert _why_not(secured, settings) == mail.NOT_TRUSTED.format(words)


def test_tls_from_the_start_at_a_port_that_greets_first(plain: Mailbox, settings: Settings) -> None:
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True

    assert _why_not(plain, settings) == mail.NO_TLS.format("WRONG_VERSION_NUMBER")
