"""Channels of oneself and of groups: nobody sees an address again, nor those of others."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from incidents.models import AdministrationEntry, Channel, Notification
from incidents.states import NotificationState
from tests import factories
from tests.incidents.views.conftest import SignIn

OWN = "/account/notifications/"
MAIL = {"kind": "email", "name": "Work mail", "address": "emeka.obi@example.org"}
HTMX = {"HX-Request": "true"}


def test_own_channel_is_added_switched_and_removed(sign_in: SignIn, engineer: User) -> None:
    client = sign_in(engineer)
    added = client.post("/channels/add/", MAIL)
    assert "Work mail" in added.content.decode()
    assert "no-store" in added["Cache-Control"]
    channel = Channel.objects.get()
    assert channel.person == engineer
    for page in (added, client.get(OWN)):
        assert "emeka.obi" not in page.content.decode()

    client.post(f"/channels/{channel.pk}/enabled/", {"is_enabled": ""})
    assert "Switch on" in client.get(OWN).content.decode()
    assert client.post(f"/channels/{channel.pk}/remove/").headers["Location"] == OWN
    assert not Channel.objects.exists()
    entries = AdministrationEntry.objects.all()
    assert "emeka" not in " ".join(f"{entry.text} {entry.data}" for entry in entries)


def test_key_of_a_webhook_is_shown_this_once(admin_client: Client) -> None:
    given = {"kind": "webhook", "name": "Hook", "address": "https://hooks.example.org/secret-path"}
    added = admin_client.post("/channels/add/", given, headers=HTMX).content.decode()

    found = re.search(r'id="new-key">(whsec_[^<]+)<', added)
    assert found
    page = admin_client.get(OWN).content.decode()
    assert found[1] not in page
    assert "secret-path" not in page
    assert "hooks.example.org" in page


@pytest.mark.parametrize("deed", ["remove", "enabled", "test"])
def test_channel_of_another_is_not_there(
    deed: str, sign_in: SignIn, engineer: User, commander: User, admin_client: Client
) -> None:
    theirs = factories.make_channel(person=commander, created_by=commander)

    for client in (sign_in(engineer), admin_client):
        assert client.post(f"/channels/{theirs.pk}/{deed}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.is_enabled
    assert not Notification.objects.exists()


def test_answer_of_a_test_is_shown_to_its_own_person(
    sign_in: SignIn, engineer: User, commander: User
) -> None:
    channel = factories.make_channel(person=engineer, created_by=engineer)
    client = sign_in(engineer)
    asked = client.post(f"/channels/{channel.pk}/test/", headers=HTMX).content.decode()
    assert "Sending a test" in asked
    made = Notification.objects.get()
    path = f"/channels/tests/{made.pk}/"
    assert f'hx-get="{path}" hx-trigger="every 2s"' in asked
    assert sign_in(commander).get(path).status_code == 404

    Notification.objects.update(state=NotificationState.DEAD, error="The mailbox is <full>.")
    answer = client.get(path).content.decode()
    assert "The mailbox is &lt;full&gt;." in answer
    assert "hx-get" not in answer


def test_a_notification_that_is_no_test_is_not_shown_as_one(
    sign_in: SignIn, engineer: User
) -> None:
    channel = factories.make_channel(person=engineer, created_by=engineer)
    made = factories.make_notification(person=engineer, channel=channel, kind="escalation")

    assert sign_in(engineer).get(f"/channels/tests/{made.pk}/").status_code == 404


def test_channels_of_groups_are_for_superusers(
    admin_client: Client, sign_in: SignIn, engineer: User
) -> None:
    group = Group.objects.create(name="infrastructure")
    engineer.groups.add(group)
    path, given = f"/groups/{group.pk}/channels/", MAIL | {"group": group.pk}
    added = admin_client.post("/channels/add/", given)
    assert "Channels of infrastructure" in added.content.decode()
    channel = Channel.objects.get()
    assert channel.group == group
    assert "Work mail" in admin_client.get(path).content.decode()
    assert f'href="{path}"' in admin_client.get("/groups/").content.decode()

    client = sign_in(engineer)
    assert client.get(path).status_code == 403
    assert client.post("/channels/add/", given).status_code == 403
    assert client.post(f"/channels/{channel.pk}/remove/").status_code == 404
    assert admin_client.post(f"/channels/{channel.pk}/enabled/").headers["Location"] == path
    assert admin_client.post(f"/channels/{channel.pk}/remove/").headers["Location"] == path


def test_rules_stand_as_a_ladder_with_quiet_hours(
    sign_in: SignIn, engineer: User, commander: User
) -> None:
    client = sign_in(engineer)
    first, second = (
        factories.make_channel(person=engineer, created_by=engineer, name=name)
        for name in ("Mail", "Text message")
    )
    client.post(f"{OWN}rules/add/", {"channel": second.pk, "minutes": 5, "least_severity": "P1"})
    client.post(f"{OWN}rules/add/", {"channel": first.pk, "minutes": 0, "least_severity": "P4"})
    client.post(
        f"{OWN}quiet-hours/", {"begins": "22:00", "until": "07:00", "time_zone": "Europe/Rome"}
    )
    page = client.get(OWN).content.decode()
    assert re.findall(r'rung-when figures">([^<]+)<', page) == ["at once", "after 5 min"]
    assert "22:00 to 07:00" in page
    wrong = sign_in(commander)
    rule = engineer.notification_rules.get(after=0)
    assert wrong.post(f"{OWN}rules/{rule.pk}/remove/").status_code == 404
    assert "rung-when" not in wrong.get(OWN).content.decode()

    client.post(f"{OWN}rules/{rule.pk}/remove/")
    client.post(f"{OWN}quiet-hours/remove/")
    assert engineer.notification_rules.count() == 1
    assert "you are told at any hour" in client.get(OWN).content.decode()


def test_webhooks_are_offered_to_administrators_alone(
    admin_client: Client, sign_in: SignIn, engineer: User
) -> None:
    option = '<option value="webhook">'
    assert option in admin_client.get(OWN).content.decode()
    page = sign_in(engineer).get(OWN).content.decode()

    assert option not in page
    assert "pagerduty://" in page
