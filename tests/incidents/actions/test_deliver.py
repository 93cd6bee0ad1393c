"""What is due reaches its receiver, whatever the receiver does; what cannot is said."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from hmac import digest
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from incidents import encryption
from incidents.actions import hand_out, retry, tell
from incidents.actions.deliver import PAUSES, deliver
from incidents.models import Channel, Incident, Notification, TimelineEntry
from incidents.refusal import Refused
from tests.incidents.conftest import SetClock, at_once
from tests.support.receivers import Hook, Mailbox, http_server, mail_server

ELSEWHERE = "The receiver wants us elsewhere (302), which is not followed. Write its new address."
KEY = "whsec_" + b64encode(b"a key of twenty-four byte").decode()

of_apprise = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""It loads all its services with the first."""


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
    settings.EMAIL_TIMEOUT = 5.0


@pytest.fixture
def incident(set_clock: SetClock, incident: Incident) -> Incident:
    return incident


def channel_of(person: User, kind: str, address: str) -> Channel:
    return Channel.objects.create(
        person=person,
        name=f"my {kind}",
        kind=kind,
        sealed_address=encryption.seal(address),
        sealed_key=encryption.seal(KEY),
        shown="somewhere",
        created_by=person,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def told(incident: Incident, person: User, **columns: Any) -> Notification:
    """The row of the person's only channel."""
    event = {
        "kind": "escalation",
        "incident": incident,
        "topic": f"{incident.name} level 1",
        "key": f"{incident.name} level 1",
        "subject": "Two hours: nobody knows the cause",
        "body": "Decide whether to roll back.",
        "link": "/incidents/1/",
    }
    tell.tell(tell.Event(people=[person], **(event | columns)))
    return Notification.objects.get(channel__isnull=False)


def again(row: Notification) -> Notification:
    row.refresh_from_db()
    return row


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


def test_webhook_is_signed_and_says_what_happened(
    incident: Incident, engineer: User, hook: Hook
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)

    deliver(row.pk)

    ((headers, body),) = hook.requests
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(digest(b64decode(KEY.removeprefix("whsec_")), signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["type"] == "runbook.escalation"
    assert json.loads(body)["data"]["incident"] == incident.name
    assert (again(row).state, row.receipt) == ("sent", "200")


def test_webhook_that_fails_is_tried_again_when_it_wants_with_the_same_id(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    later = format_datetime(set_clock.at + timedelta(seconds=65), usegmt=True)
    hook.answers = [(500, {}), (429, {"Retry-After": "5"}), (503, {"Retry-After": later})]

    for seconds in (30, 5, 30):
        deliver(row.pk)
        assert again(row).due_at == set_clock.at + timedelta(seconds=seconds)
        set_clock.advance(seconds)
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 4)
    assert len({headers["webhook-id"] for headers, _ in hook.requests}) == 1


@pytest.mark.parametrize(
    ("status", "reason", "is_on"),
    [
        (404, "The receiver answered 404.", True),
        (410, "The receiver wants nothing any more (410).", False),
        (302, ELSEWHERE, True),
    ],
)
def test_webhook_that_will_never_work_dies_at_once(
    incident: Incident, engineer: User, hook: Hook, status: int, reason: str, is_on: bool
) -> None:
    channel = channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers = [(status, {"Location": hook.address})]

    deliver(row.pk)

    channel.refresh_from_db()
    assert (again(row).state, row.error, channel.is_enabled) == ("dead", reason, is_on)
    assert len(hook.requests) == 1


def test_webhook_that_hangs_is_left(
    incident: Incident, engineer: User, hook: Hook, settings: Settings
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    settings.EMAIL_TIMEOUT, hook.seconds = 0.1, 0.5

    deliver(row.pk)

    assert (again(row).state, row.error) == ("waiting", "The receiver did not answer in 0.1 s.")


@pytest.mark.parametrize("kind", ["webhook", "service"])
@of_apprise
def test_nothing_is_sent_behind_the_firewall(
    incident: Incident, engineer: User, hook: Hook, settings: Settings, kind: str
) -> None:
    settings.PRIVATE_RECEIVERS = []
    address = hook.address if kind == "webhook" else hook.address.replace("http", "json")
    channel_of(engineer, kind, address)
    row = told(incident, engineer)

    deliver(row.pk)

    assert again(row).state == "dead"
    assert row.error.startswith("The receiver's name leads to an address that is not public.")
    assert hook.requests == []


@of_apprise
def test_service_is_told_by_apprise_and_its_answer_is_the_reason(
    incident: Incident,
    engineer: User,
    hook: Hook,
    set_clock: SetClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    channel_of(engineer, "service", hook.address.replace("http", "json"))
    row = told(incident, engineer)
    hook.answers = [(500, {})]

    deliver(row.pk)
    assert again(row).state == "waiting"
    assert row.error.startswith("JSON did not take it: ")
    assert "secret-path" not in row.error + caplog.text
    set_clock.advance(30)
    deliver(row.pk)

    assert (again(row).state, row.receipt) == ("sent", "accepted by JSON")
    assert json.loads(hook.requests[1][1])["title"] == row.subject


@of_apprise
def test_service_leads_nowhere_else(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "service", hook.address.replace("http", "json"))
    row = told(incident, engineer)
    hook.answers = [(307, {"Location": hook.address})]

    deliver(row.pk)

    assert (again(row).state, len(hook.requests)) == ("waiting", 1)


def test_worker_that_dies_while_it_sends_is_followed_by_another(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    Notification.objects.filter(pk=row.pk).update(
        state="sending", attempts=1, lease_until=set_clock.at + timedelta(seconds=60)
    )

    assert hand_out.take_back() == 0
    set_clock.advance(61)
    assert hand_out.take_back() == 1
    assert hand_out.hand_out() == 1
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 2)


def test_what_kills_every_worker_is_buried(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", "https://example.com/")
    row = told(incident, engineer)
    Notification.objects.filter(pk=row.pk).update(
        state="sending", attempts=8, lease_until=set_clock.at - timedelta(seconds=1)
    )

    assert hand_out.take_back() == 0
    assert (again(row).state, row.error) == (
        "dead",
        "Every worker that sent it stopped; their logs say why.",
    )


def test_cancelled_while_it_fails_it_is_not_tried_again(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers, hook.seconds = [(500, {})], 0.0

    tell.no_longer(row.topic)
    deliver(row.pk)

    assert (again(row).state, hook.requests) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)

    at_once(lambda: deliver(row.pk), lambda: deliver(row.pk))

    assert (len(hook.requests), again(row).state) == (1, "sent")


def test_a_few_of_a_lane_are_handed_out_at_a_time(
    incident: Incident, engineer: User, leader: User, set_clock: SetClock
) -> None:
    for _ in range(6):
        channel_of(engineer, "email", "a@example.com")
    channel_of(leader, "webhook", "https://hooks.example.com/")
    tell.tell(
        tell.Event(
            kind="escalation", incident=incident, topic="t", key="k", subject="s", body="b",
            people=[engineer, leader],
        )
    )  # fmt: skip

    assert [hand_out.hand_out(), hand_out.hand_out()] == [5, 0]
    set_clock.advance(6)
    assert hand_out.hand_out() == 5


def test_dead_letters_are_tried_again_by_who_works_there(
    incident: Incident, engineer: User, leader: User, outsider: User, hook: Hook
) -> None:
    channel_of(leader, "webhook", hook.address)
    row = told(incident, leader)
    hook.answers = [(404, {})]
    deliver(row.pk)

    with pytest.raises(Refused) as refused:
        retry.retry(actor=outsider, notification_id=row.pk)
    assert refused.value.status == 404
    with pytest.raises(Refused):
        retry.retry_all(actor=leader, incident_id=incident.pk)
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 1
    with pytest.raises(Refused):
        retry.retry(actor=engineer, notification_id=row.pk)
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 1)
    assert [entry.kind for entry in TimelineEntry.objects.order_by("number")] == [
        "notification.dead",
        "notification.retried",
    ]


def test_who_has_left_is_sent_nothing(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    User.objects.filter(pk=engineer.pk).update(is_active=False)

    deliver(row.pk)

    assert (again(row).error, hook.requests) == ("engineer is not active any more.", [])


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
