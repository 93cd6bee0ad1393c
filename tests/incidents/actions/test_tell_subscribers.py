"""A stranger's whole way by real mail and a real webhook: asked, confirmed, told, gone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents import clock
from incidents.actions import publish
from incidents.actions.deliver import deliver
from incidents.models import Incident, Notification, Subscriber
from incidents.sending import webhook
from incidents.sending.reach import reach
from incidents.sending.signatures import signature
from incidents.states import Audience
from tests.support.receivers import http_server, mail_server

pytestmark = pytest.mark.django_db

BASE = "https://status.example.com"


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.STATUS_PAGE_IS_PUBLIC = True
    settings.PUBLIC_URL = BASE
    settings.EMAIL_TIMEOUT = 30.0


def send_all() -> None:
    for row in Notification.objects.filter(state="waiting"):
        deliver(row.pk)


def say(incident: Incident, commander: User, text: str) -> None:
    update = incident.updates.create(
        audience=Audience.PUBLIC, text=text, author=commander, at=clock.now(), stage="identified"
    )
    publish.published(incident, update)
    send_all()


def test_reader_by_mail(incident: Incident, commander: User, settings: Settings) -> None:
    client = Client()
    with mail_server() as mailbox:
        settings.MAIL_URL = "smtp://127.0.0.1"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        client.post("/status/subscribe/", {"kind": "email", "address": "reader@example.com"})
        send_all()
        say(incident, commander, "Not for who has not confirmed.")
        (asked,) = mailbox.mails
        found = re.search(rf"{BASE}(/status/confirm/\w+/)", str(asked.get_payload()))
        assert found is not None
        client.post(found[1])
        say(incident, commander, "We know why.")
        told = mailbox.mails[-1]
        leave = str(told["List-Unsubscribe"]).strip("\r\n <>")
        client.post(leave.removeprefix(BASE), {"List-Unsubscribe": "One-Click"})
        say(incident, commander, "Not for who has left.")

    assert len(mailbox.mails) == 2
    assert told["Subject"] == "Identified: Service disruption"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "We know why." in str(told.get_payload())
    assert "INC-" not in told.as_string()


def test_stranger_has_nothing_sent_to_networks_of_the_operator(settings: Settings) -> None:
    settings.PRIVATE_RECEIVERS = ["127.0.0.0/8"]
    with http_server() as hook:
        Client().post("/status/subscribe/", {"kind": "webhook", "address": hook.address})
        send_all()

    assert (Notification.objects.get().state, hook.requests) == ("dead", [])


def test_reader_by_webhook(
    incident: Incident, commander: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver is on this machine, where nobody's would be reached."""
    monkeypatch.setattr(webhook, "reach", lambda host, port, **_: reach(host, port))
    settings.PRIVATE_RECEIVERS = ["127.0.0.0/8"]
    client = Client()
    with http_server() as hook:
        client.post("/status/subscribe/", {"kind": "webhook", "address": hook.address})
        send_all()
        asked = json.loads(hook.requests[0][1])["data"]
        key = client.post(asked["confirm"].removeprefix(BASE)).json()["signing_key"]
        say(incident, commander, "We know why.")
        headers, body = hook.requests[1]
        hook.answers.append((410, {}))
        say(incident, commander, "Heard by nobody.")
        say(incident, commander, "Not sent at all.")

    told = json.loads(body)["data"]
    assert asked["type"] == "status.confirm"
    assert (told["type"], told["stage"], told["text"][:12]) == (
        "status.incident",
        "identified",
        "We know why.",
    )
    assert told["unsubscribe"].startswith(f"{BASE}/status/leave/")
    stamp = int(headers["webhook-timestamp"])
    expected = signature(key, id=headers["webhook-id"], timestamp=stamp, body=body)
    assert headers["webhook-signature"] == expected
    assert len(hook.requests) == 3
    assert Subscriber.objects.get().confirmed_at is None
