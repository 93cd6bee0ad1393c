"""Subscribing by strangers: nothing before a yes, the same answer for everybody, one click away."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents import clock
from incidents.actions import publish, subscribe
from incidents.encryption import unseal
from incidents.models import Incident, Notification, Subscriber
from incidents.queries.subscribers import leave_path
from incidents.states import Audience
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db

MAIL = {"kind": "email", "address": "Reader@Example.com"}
HOOK = {"kind": "webhook", "address": "https://hooks.example.com/status"}


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True


def link() -> str:
    """What the last message asks to open."""
    asked = Notification.objects.order_by("-pk").first()
    assert asked is not None
    return asked.link


def test_mail_is_subscribed_by_the_link_alone() -> None:
    client = Client()
    assert client.post("/status/subscribe/", MAIL)["Location"] == "/status/subscribe/sent/"
    row = Subscriber.objects.get()
    assert (row.shown, row.confirmed_at) == ("r…@example.com", None)
    assert unseal(row.sealed_address) == "reader@example.com"
    assert "reader@" not in row.address + row.sealed_address

    assert b"Confirm" in client.get(link()).content
    assert not Subscriber.objects.filter(confirmed_at__isnull=False).exists()
    client.post(link())
    assert Subscriber.objects.filter(confirmed_at__isnull=False).exists()


def test_answer_is_the_same_for_a_known_address() -> None:
    answers = []
    for _ in range(2):
        answer = Client().post("/status/subscribe/", MAIL, follow=True)
        answers.append((answer.status_code, answer.content))
        Client().post(link())

    assert answers[0] == answers[1]
    assert (Subscriber.objects.count(), Notification.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_subscriber() -> None:
    answers = at_once(*[lambda: Client().post("/status/subscribe/", MAIL).status_code] * 2)

    assert answers == [302, 302]
    assert (Subscriber.objects.count(), Notification.objects.count()) == (1, 1)


def test_unanswered_address_is_asked_again_once_an_hour(set_clock: SetClock) -> None:
    counts = []
    for seconds in (0, 60, 3600):
        set_clock.advance(seconds)
        subscribe.subscribe(kind=MAIL["kind"], address=MAIL["address"].lower())  # type: ignore[arg-type]  # a word of the enumeration
        counts.append(Notification.objects.count())

    assert counts == [1, 1, 2]


def test_webhook_confirms_with_a_post_and_gets_its_key_once() -> None:
    client = Client()
    client.post("/status/subscribe/", HOOK)
    asked = Notification.objects.get()
    assert asked.data["type"] == "status.confirm"
    assert asked.data["confirm"].endswith(link())

    first, second = (Client(enforce_csrf_checks=True).post(link()).json() for _ in range(2))
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", first["signing_key"])
    assert second == {"confirmed": True, "signing_key": None}
    assert unseal(Subscriber.objects.get().sealed_key) == first["signing_key"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "email", "address": "nobody"},
        {"kind": "webhook", "address": "ftp://example.com/"},
        {"kind": "pigeon", "address": "roof"},
    ],
)
def test_what_is_no_address_is_refused(wrong: dict[str, str]) -> None:
    assert Client().post("/status/subscribe/", wrong).status_code == 422


def test_too_many_from_one_place_wait() -> None:
    client = Client()
    answers = [
        client.post("/status/subscribe/", {"kind": "email", "address": f"a{n}@example.com"})
        for n in range(11)
    ]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]


def test_who_leaves_is_told_nothing_more(incident: Incident, commander: User) -> None:
    Client().post("/status/subscribe/", MAIL)
    Client().post(link())
    row = Subscriber.objects.get()
    _tell(incident, commander, "First words")
    assert Notification.objects.filter(subject__startswith="Investigating").count() == 1

    leaving = Client(enforce_csrf_checks=True)
    assert leaving.get(leave_path(row)).status_code == 200
    assert Subscriber.objects.exists()
    assert leaving.post(leave_path(row), {"List-Unsubscribe": "One-Click"}).status_code == 200
    _tell(incident, commander, "Second words")
    assert (Subscriber.objects.count(), Notification.objects.count()) == (0, 0)


def _tell(incident: Incident, commander: User, text: str) -> None:
    update = incident.updates.create(
        audience=Audience.PUBLIC, text=text, author=commander, at=clock.now()
    )
    publish.published(incident, update)


def test_links_stay_good_when_the_key_changes(settings: Settings) -> None:
    Client().post("/status/subscribe/", MAIL)
    row, old = Subscriber.objects.get(), link()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"

    assert leave_path(row).split("/")[-2] == old.split("/")[-2]
    Client().post("/status/subscribe/", MAIL)
    assert Subscriber.objects.count() == 1


def test_nobody_subscribes_to_a_page_that_is_not_public(settings: Settings) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = False

    assert Client().post("/status/subscribe/", MAIL).status_code == 403


def test_end_without_words_is_told_to_those_who_heard_of_it(
    incident: Incident, commander: User
) -> None:
    Client().post("/status/subscribe/", MAIL)
    Client().post(link())
    publish.closed(incident)
    assert Notification.objects.count() == 1

    _tell(incident, commander, "We look.")
    Incident.objects.filter(pk=incident.pk).update(state="resolved", resolved_at=clock.now())
    incident.refresh_from_db()
    publish.closed(incident)
    newest = Notification.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.subject == "Resolved: Service disruption"
