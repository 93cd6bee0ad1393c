"""A letter by mail, through the operator's mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from incidents.sending.letter import Letter, NotDelivered
from runbook.cloud.time_limit import TimeLimit

NO_SERVER = "No mail server is set: RUNBOOK_MAIL_URL says where mails go."
NO_STARTTLS = (
    "The mail server offers no STARTTLS, so nothing was sent. In RUNBOOK_MAIL_URL write smtp+ssl://"
    " for a port that speaks TLS from the start, or smtp:// to send readable by all on the way."
)
NO_SIGN_IN = (
    "The mail server lets nobody sign in on such a connection. In RUNBOOK_MAIL_URL write smtp+tls://"
    " or smtp+ssl://, or leave user and password out."
)
NO_TLS = (
    "The mail server does not speak TLS there ({}). In RUNBOOK_MAIL_URL write smtp+tls:// for"
    " STARTTLS (mostly port 587) and smtp+ssl:// for TLS from the start (mostly port 465)."
)
NOT_TRUSTED = (
    "The mail server's certificate is not trusted: {}. Name the server as its certificate does, and"
    " where your own authority signs, name its file in SSL_CERT_FILE."
)


def send(letter: Letter, address: str, *, headers: Mapping[str, str] | None = None) -> str:
    """Raises `NotDelivered`. Mails about one incident are shown together, and no machine answers
    them."""
    if not settings.MAIL_URL:
        raise NotDelivered(NO_SERVER, is_final=True)
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[address],
        headers=_headers(letter) | dict(headers or {}),
        connection=connection,
    )
    try:
        _exchange(connection, mail)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise _failure(error) from error
    return f"accepted by {settings.EMAIL_HOST}"


def _exchange(connection: BaseEmailBackend, mail: EmailMessage) -> None:
    """Of a server that answers each question late, the whole is bounded too."""
    with TimeLimit(2 * settings.EMAIL_TIMEOUT) as limit:
        try:
            with connection:
                link = getattr(connection, "connection", None)
                if link is not None:
                    limit.watch(link.sock)
                mail.send()
        except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
            if limit.has_passed:
                raise TimeoutError from error  # it was us who hung up
            raise


def _headers(letter: Letter) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{letter.id}@{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.thread:
        headers["References"] = f"<{letter.thread}@{host}>"
    if letter.urgent:
        headers |= {"Importance": "high", "X-Priority": "1"}
    return headers


def _failure(error: smtplib.SMTPException | OSError | UnicodeError) -> NotDelivered:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _answered(code, answer, "The mail server refused the address")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotDelivered(f"The mail server did not let us sign in ({error.smtp_code}).")
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error, "The mail server refused the mail")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotDelivered(NO_STARTTLS if "STARTTLS" in str(error) else NO_SIGN_IN)
    if isinstance(error, UnicodeError):
        return NotDelivered("The mail server cannot send to such an address.", is_final=True)
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return NotDelivered(f"The mail server did not answer in {settings.EMAIL_TIMEOUT:g} s.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotDelivered(NOT_TRUSTED.format(error.verify_message.rstrip(".")))
    if isinstance(error, ssl.SSLError):
        return NotDelivered(NO_TLS.format(error.reason or "it hung up"))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return NotDelivered("The mail server hung up.")
    return NotDelivered(f"The mail server cannot be reached: {_reason(error)}.")


def _answered(code: int, answer: bytes | str, what: str) -> NotDelivered:
    """What the server wrote is left out: servers repeat the address there."""
    enhanced = (answer.decode(errors="replace") if isinstance(answer, bytes) else answer).split()
    status = f" {enhanced[0]}" if enhanced and enhanced[0].count(".") == 2 else ""
    return NotDelivered(f"{what} ({code}{status}).", is_final=500 <= code < 600)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
