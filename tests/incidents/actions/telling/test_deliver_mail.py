"""Mail reaches its receiver, whatever the mail server does; what cannot is said."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import chain

from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from incidents import encryption
from incidents.actions.deliver import PAUSES, deliver
from incidents.models import Incident, Notification, TimelineEntry
from tests.incidents.actions.telling.deeds import again, channel_of, told
from tests.incidents.conftest import SetClock
from tests.support.receivers import Mailbox


def test_mail_arrives_with_a_name_that_stays(
    incident: Incident, engineer: User, mailbox: Mailbox
) -> None:
    channel_of(engineer, "email", "engineer@example.com")
    row = told(incident, engineer)

    deliver(row.pk)
    deliver(row.pk)

    (mail,) = mailbox.mails
    assert (mail["To"], mail["Subject"]) == ("engineer@example.com", row.subject)
    assert "https://runbook.example.com/incidents/1/" in mail.get_content()  # type: ignore[attr-defined]
    assert mail["Message-ID"].endswith("@runbook.example.com>")
    assert (mail["Importance"], mail["Auto-Submitted"]) == ("high", "auto-generated")
    assert again(row).state == "sent"
    assert (row.receipt, row.attempts, row.error) == ("accepted by 127.0.0.1", 1, "")


def test_mail_waits_while_the_server_says_later_and_dies_when_it_says_never(
    incident: Incident, engineer: User, mailbox: Mailbox, set_clock: SetClock
) -> None:
    channel = channel_of(engineer, "email", "engineer@example.com")
    row = told(incident, engineer)
    mailbox.answers = ["450 4.2.0 greylisted", "550 5.1.1 no engineer@example.com here"]

    deliver(row.pk)
    assert (again(row).state, row.error) == (
        "waiting",
        "The mail server refused the address (450 4.2.0).",
    )
    assert row.due_at == set_clock.at + timedelta(seconds=30)
    deliver(row.pk)
    assert again(row).attempts == 1
    set_clock.advance(30)
    deliver(row.pk)

    assert (again(row).state, row.error) == (
        "dead",
        "The mail server refused the address (550 5.1.1).",
    )
    entry = TimelineEntry.objects.get()
    assert entry.text == (
        "could not tell engineer by my email (e-mail somewhere)"
        f" “{row.subject}” in 2 attempts: The mail server refused the address (550 5.1.1)."
    )
    channel.refresh_from_db()
    assert channel.last_error == "The mail server refused the address (550 5.1.1)."


def test_mail_server_that_is_down_or_slow_gets_eight_attempts(
    incident: Incident, engineer: User, mailbox: Mailbox, set_clock: SetClock, settings: Settings
) -> None:
    channel_of(engineer, "email", "engineer@example.com")
    row = told(incident, engineer)
    settings.EMAIL_TIMEOUT, mailbox.seconds = 0.1, 0.3
    deliver(row.pk)
    assert again(row).error == "The mail server did not answer in 0.1 s."
    settings.EMAIL_PORT = 9

    for pause in PAUSES:
        set_clock.advance(pause)
        deliver(row.pk)

    assert (again(row).state, row.attempts) == ("dead", 8)
    assert row.error == "The mail server cannot be reached: Connection refused."


@contextmanager
def late_server(pause: float) -> Iterator[int]:
    """The port of a mail server that takes its time for each answer."""

    def answer(connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as asked:
            for words in chain([b"220 here\r\n"], (b"250 yes\r\n" for _ in asked)):
                time.sleep(pause)
                connection.sendall(words)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: answer(listener.accept()[0]))
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def test_mail_server_that_is_late_with_each_answer_is_left(
    incident: Incident, engineer: User, mailbox: Mailbox, settings: Settings
) -> None:
    channel_of(engineer, "email", "engineer@example.com")
    row = told(incident, engineer)
    settings.EMAIL_TIMEOUT = 0.4
    with late_server(0.3) as settings.EMAIL_PORT:
        deliver(row.pk)

    assert (again(row).state, row.error) == ("waiting", "The mail server did not answer in 0.4 s.")


def test_address_of_a_lost_key_says_so(
    incident: Incident, engineer: User, mailbox: Mailbox, settings: Settings
) -> None:
    channel_of(engineer, "email", "engineer@example.com")
    row = told(incident, engineer)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 5

    deliver(row.pk)
    assert (again(row).state, row.error) == ("dead", encryption.Unreadable.sentence)

    settings.SECRET_KEY_FALLBACKS = [old]
    Notification.objects.filter(pk=row.pk).update(state="waiting", due_at=row.created_at)
    deliver(row.pk)
    assert again(row).state == "sent"
