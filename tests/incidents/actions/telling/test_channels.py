"""Channels: whose they are, what they may name, and that an address is never seen again."""

import json

import pytest
from django.contrib.auth.models import Group, User
from django.core import serializers

from incidents import encryption
from incidents.actions import channels, tell
from incidents.actions.deliver import deliver
from incidents.models import AdministrationEntry, Channel, Incident, Notification
from incidents.refusal import Refused
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.usefixtures("set_clock")

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


def refusal(**columns: object) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        channels.add_channel(**columns)  # type: ignore[arg-type]
    return refused.value.status, refused.value.sentence


def test_own_channel_is_sealed_and_shown_without_its_address(engineer: User) -> None:
    mail, no_key = channels.add_channel(
        actor=engineer, name=" my  mail ", kind="email", address=" ada@example.com "
    )
    chat, _ = channels.add_channel(actor=engineer, name="chat", kind="service", address=SLACK)

    assert (mail.name, mail.shown, no_key, chat.shown) == ("my mail", "a…@example.com", "", "Slack")
    assert encryption.unseal(mail.sealed_address) == "ada@example.com"
    kept = serializers.serialize("json", [*Channel.objects.all()])
    kept += serializers.serialize("json", [*AdministrationEntry.objects.all()])
    assert "ada@example.com" not in kept
    assert "TIiajkdn" not in kept


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "ada"),
        ("email", "ada@example.com\nbcc: all@example.com"),
        ("webhook", "ftp://example.com/"),
        ("webhook", "https://user:word@example.com/"),
        ("webhook", "https://example.com:port/"),
        ("service", "https://example.com/"),
        ("service", "dbus://"),
        ("service", "slack://"),
        ("service", f"{SLACK}?template=/etc/passwd"),
        ("service", f"{SLACK}?%74emplate=x"),
        ("service", f"{SLACK}#room?template=/etc/passwd"),
        ("service", f"{SLACK}?footer=no#&template=/etc/passwd"),
        ("service", f"{SLACK},json://10.0.0.1/"),
        ("service", f"{SLACK};syslog://"),
        ("pigeon", "home"),
    ],
)
def test_address_that_cannot_be_is_refused(superuser: User, kind: str, address: str) -> None:
    status, sentence = refusal(actor=superuser, name="it", kind=kind, address=address)

    assert status == 422
    assert "passwd" not in sentence


@pytest.mark.parametrize(
    ("kind", "address"), [("webhook", "https://example.com/"), ("service", "json://10.0.0.1/")]
)
def test_only_administrators_name_machines(
    engineer: User, outsider: User, kind: str, address: str
) -> None:
    status, _ = refusal(actor=engineer, name="it", kind=kind, address=address)
    channel, key = channels.add_channel(actor=outsider, name="it", kind=kind, address=address)

    assert status == 403
    assert key.startswith("whsec_") == (kind == "webhook")
    assert key not in channel.sealed_key or not key


def test_channels_of_groups_are_for_superusers(engineer: User, superuser: User) -> None:
    group = Group.objects.create(name="database")
    wanted = {"name": "chat", "kind": "service", "address": SLACK, "group_id": group.pk}

    assert refusal(actor=engineer, **wanted)[0] == 403
    channel, _ = channels.add_channel(actor=superuser, **wanted)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        channels.remove_channel(actor=engineer, channel_id=channel.pk)

    entry = AdministrationEntry.objects.get()
    assert entry.text == "added the service channel “chat” of the group database"


def test_channel_of_another_does_not_exist(engineer: User, superuser: User, leader: User) -> None:
    channel, _ = channels.add_channel(
        actor=engineer, name="mail", kind="email", address="ada@example.com"
    )

    for actor in (leader, superuser):
        with pytest.raises(Refused) as refused:
            channels.test_channel(actor=actor, channel_id=channel.pk)
        assert refused.value.status == 404


def test_removed_channel_gets_nothing_that_waits(engineer: User, incident: Incident) -> None:
    channel, _ = channels.add_channel(
        actor=engineer, name="mail", kind="email", address="ada@example.com"
    )
    tell.tell(tell.Event(kind="k", topic="t", key="k", subject="s", body="b", people=[engineer]))

    channels.remove_channel(actor=engineer, channel_id=channel.pk)

    row = Notification.objects.exclude(shown="").get()
    assert (row.state, row.channel, row.shown) == (
        "cancelled",
        None,
        "mail (e-mail a…@example.com)",
    )


def test_test_says_at_once_what_came_of_it_and_not_too_often(
    engineer: User, set_clock: SetClock
) -> None:
    channel, _ = channels.add_channel(
        actor=engineer, name="mail", kind="email", address="ada@example.com"
    )
    row = channels.test_channel(actor=engineer, channel_id=channel.pk)

    deliver(row.pk)

    row.refresh_from_db()
    assert (row.state, row.error) == (
        "dead",
        "No mail server is set: RUNBOOK_MAIL_URL says where mails go.",
    )
    for _ in range(4):
        channels.test_channel(actor=engineer, channel_id=channel.pk)
    with pytest.raises(Refused) as refused:
        channels.test_channel(actor=engineer, channel_id=channel.pk)
    assert refused.value.status == 429
    set_clock.advance(601)
    channels.test_channel(actor=engineer, channel_id=channel.pk)


def test_channel_that_is_off_is_not_used(engineer: User) -> None:
    channel, _ = channels.add_channel(
        actor=engineer, name="mail", kind="email", address="ada@example.com"
    )

    channels.set_enabled(actor=engineer, channel_id=channel.pk, is_enabled=False)
    channels.set_enabled(actor=engineer, channel_id=channel.pk, is_enabled=False)
    tell.tell(tell.Event(kind="k", topic="t", key="k", subject="s", body="b", people=[engineer]))

    assert Notification.objects.exclude(shown="").count() == 0
    kinds = AdministrationEntry.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["channel.added", "channel.switched_off"]
    assert "ada" not in json.dumps([entry.data for entry in AdministrationEntry.objects.all()])
