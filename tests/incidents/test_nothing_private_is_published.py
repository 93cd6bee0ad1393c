"""No word of ours reaches strangers but those of the allow-list: every other text column of every
table is filled with a word that must appear nowhere, also in columns that are yet to be made."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents import clock
from incidents.actions import publish, subscribe
from incidents.models import (
    Component,
    Handoff,
    HandoffItem,
    Incident,
    Maintenance,
    MaintenanceUpdate,
    Notification,
    Run,
    ServiceComponent,
    StepCommand,
    Subscriber,
    TimelineEntry,
    Update,
)
from incidents.published.front import PATHS
from incidents.states import Audience, SubscriberKind
from tests.browser import rooms
from tests.support.hostile_rows import poison

pytestmark = pytest.mark.django_db

MARK = "hostile"
WORDS = "Sign-in is back for most of you"
TITLE = "Sign-in fails for some"
WORK = "A larger machine"
FURNISHED = (Component, Handoff, HandoffItem, Incident, Notification, Run, StepCommand, Update)


@pytest.fixture
def full(settings: Settings) -> Incident:
    """Rooms with everything in them; then all words are exchanged but those that are published."""
    settings.STATUS_PAGE_IS_PUBLIC = True
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    rooms.furnish()
    incident = Incident.objects.get(number=1)
    _add_what_is_missing(incident, incident.commander)
    named = dict(ServiceComponent.objects.values_list("pk", "name"))
    theirs = dict(Component.objects.values_list("pk", "name"))
    poison()
    for pk, name in named.items():
        ServiceComponent.objects.filter(pk=pk).update(name=name, function="", priority="")
    for pk, name in theirs.items():
        Component.objects.filter(pk=pk).update(name=name)
    Update.objects.filter(audience=Audience.PUBLIC).update(text=WORDS)
    Incident.objects.update(public_title=TITLE)
    Maintenance.objects.update(title=WORK, words=WORDS)
    MaintenanceUpdate.objects.update(text=WORDS)
    incident.refresh_from_db()
    return incident


def _add_what_is_missing(incident: Incident, person: User) -> None:
    now = clock.now()
    handoff = Handoff.objects.create(
        incident=incident,
        given_by="platform",
        taken_by="infrastructure",
        state="declined",
        offered_by=person,
        offered_at=now,
    )
    HandoffItem.objects.create(handoff=handoff, side="asked", position=90, text="x")
    for audience in Audience.values:
        Update.objects.create(incident=incident, audience=audience, text="x", author=person, at=now)
    work = Maintenance.objects.create(
        title="x", starts_at=now, ends_at=now + timedelta(hours=1), planned_by=person,
        created_at=now,
    )  # fmt: skip
    MaintenanceUpdate.objects.create(maintenance=work, state="scheduled", text="x", at=now)
    ServiceComponent.objects.create(name="Secret vault", is_public=False, created_at=now)
    incident.components.create(position=90, name="Secret vault")


def test_nothing_private_reaches_strangers(full: Incident) -> None:
    """One test, because filling the rooms is what takes time."""
    assert [model.__name__ for model in FURNISHED if not model.objects.exists()] == []
    assert TimelineEntry.objects.filter(text__contains=MARK).count() > 5
    assert MARK in full.title + full.impact + json.dumps(full.secrets) + json.dumps(full.parameters)
    for path in sorted(PATHS):
        answer = Client().get(path)
        assert (path, answer.status_code) == (path, 200)
        assert (path, _private_in(answer.content.decode(), full)) == (path, [])
    for path in ("/status/", "/status/feed.atom", "/api/v2/summary.json"):
        answer = Client().get(path)
        assert [word for word in (WORDS, TITLE) if word not in answer.content.decode()] == []

    told = _told_to_subscribers(full)
    assert len(told) == 3
    assert [_private_in(text, full) for text in told] == [[], [], []]
    assert [WORDS in text for text in told].count(True) == 2


def _private_in(text: str, incident: Incident) -> list[str]:
    private = (MARK, "INC-1", "Secret vault", incident.commander.username, "gcloud", "staging")
    return [word for word in private if word in text]


def _told_to_subscribers(incident: Incident) -> list[str]:
    Notification.objects.all().delete()
    Subscriber.objects.all().delete()
    subscribe.subscribe(kind=SubscriberKind.EMAIL, address="reader@example.com")
    Subscriber.objects.update(confirmed_at=clock.now())
    update = incident.updates.filter(audience=Audience.PUBLIC).first()
    publish.published(incident, update)
    publish.tell_of_work(Maintenance.objects.get(), WORDS, key="now")
    rows = Notification.objects.all()
    return [json.dumps([one.subject, one.body, one.link, one.data]) for one in rows]
