"""The ways in which people and groups can be told. An address is sealed and never shown again."""

from __future__ import annotations

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from incidents import administration, clock, encryption, permissions
from incidents.actions.tell import cancel, masked_mail
from incidents.models import Channel, Notification
from incidents.refusal import Refused
from incidents.sending.services import service_of, wrong_address
from incidents.sending.signatures import new_key
from incidents.states import ChannelKind, Role

MOST = 20
LONGEST_NAME = 60
LONGEST_ADDRESS = 1000
TEST = "test"
MOST_TESTS, TEST_MINUTES = 5, 10


def add_channel(
    *, actor: User, name: str, kind: str, address: str, group_id: int | None = None
) -> tuple[Channel, str]:
    """The channel, and of a webhook the key that its receiver checks signatures with: it is shown
    this once. Without a group it is the actor's own."""
    name, address = " ".join(name.split()), address.strip()
    _require_sound(name, kind, address)
    key = new_key() if kind == ChannelKind.WEBHOOK else ""
    with transaction.atomic():
        administration.hold()
        group = _group(actor, group_id) if group_id is not None else None
        _require_may_name_hosts(actor, kind, address)
        owner = {"group": group} if group else {"person": actor}
        if Channel.objects.filter(**owner).count() >= MOST:
            raise Refused(f"There are {MOST} channels already. Remove one that is not used.")
        channel = Channel.objects.create(
            **owner,
            name=name,
            kind=kind,
            sealed_address=encryption.seal(address),
            sealed_key=encryption.seal(key) if key else "",
            shown=_shown(kind, address),
            created_by=actor,
            created_at=clock.now(),
        )
        _record(actor, channel, "channel.added", "added")
    return channel, key


def remove_channel(*, actor: User, channel_id: int) -> None:
    """With its rules; what still waits for it is not sent."""
    with transaction.atomic():
        administration.hold()
        channel = _own(actor, channel_id)
        cancel(channel.notifications.values_list("pk", flat=True))
        _record(actor, channel, "channel.removed", "removed")
        channel.delete()


def set_enabled(*, actor: User, channel_id: int, is_enabled: bool) -> Channel:
    """One that is switched off is kept with its rules and not used."""
    with transaction.atomic():
        administration.hold()
        channel = _own(actor, channel_id)
        rows = Channel.objects.filter(pk=channel.pk, is_enabled=not is_enabled)
        if rows.update(is_enabled=is_enabled):
            what = "switched on" if is_enabled else "switched off"
            _record(actor, channel, f"channel.{what.replace(' ', '_')}", what)
    channel.refresh_from_db()
    return channel


def test_channel(*, actor: User, channel_id: int) -> Notification:
    """Send something to it at once; the row says what came of it. It is tried once."""
    now = clock.now()
    with transaction.atomic():
        administration.hold()
        channel = _own(actor, channel_id)
        lately = Notification.objects.filter(
            kind=TEST, topic=_tests_of(actor), created_at__gt=now - timedelta(minutes=TEST_MINUTES)
        )
        if lately.count() >= MOST_TESTS:
            raise Refused(
                f"You have tested {MOST_TESTS} times in {TEST_MINUTES} minutes. Wait a little.",
                status=429,
            )
        return Notification.objects.create(
            key=f"{TEST}/{channel.pk}/{uuid.uuid4()}",
            topic=_tests_of(actor),
            kind=TEST,
            channel=channel,
            shown=str(channel)[:200],
            subject="A test from Runbook",
            body=f"{actor} asked whether “{channel.name}” works. It does.",
            link="/account/notifications/",
            due_at=now,
            created_at=now,
        )


def _tests_of(actor: User) -> str:
    return f"{TEST} by {actor.pk}"


def _require_sound(name: str, kind: str, address: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"A channel has a name of up to {LONGEST_NAME} letters.", status=422)
    if len(address) > LONGEST_ADDRESS:
        raise Refused("This address is too long.", status=422)
    if kind not in ChannelKind.values:
        raise Refused("Choose e-mail, webhook or service.", status=422)
    wrong = _WRONG[ChannelKind(kind)](address)
    if wrong:
        raise Refused(wrong, status=422)


def _wrong_mail(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        return "That is not a mail address, such as ada@example.com."
    return ""


def _wrong_webhook(address: str) -> str:
    wrong = "That is not the address of a webhook, such as https://hooks.example.com/runbook."
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (it is read here, and may be none)
    except ValueError:
        return wrong
    if parts.scheme not in ("https", "http") or not parts.hostname or not address.isprintable():
        return wrong
    if parts.username is not None or " " in address:
        return (
            "Write the address without a user name, a password or spaces: what we send is signed."
        )
    return ""


_WRONG = {
    ChannelKind.EMAIL: _wrong_mail,
    ChannelKind.WEBHOOK: _wrong_webhook,
    ChannelKind.SERVICE: wrong_address,
}


def _require_may_name_hosts(actor: User, kind: str, address: str) -> None:
    """Who can have us ask any machine can look around behind our firewall."""
    if kind == ChannelKind.EMAIL:
        return
    if kind == ChannelKind.SERVICE and not service_of(address).names_host:
        return
    roles = permissions.memberships_of(actor).filter(role=Role.ADMINISTRATOR)
    if not (roles.exists() or permissions.is_superuser(actor)):
        raise Refused(
            "Only administrators add webhooks and services on machines of their own. Ask one to add"
            " it for your group.",
            status=403,
        )


def _shown(kind: str, address: str) -> str:
    if kind == ChannelKind.EMAIL:
        return masked_mail(address)
    if kind == ChannelKind.WEBHOOK:
        return f"{urlsplit(address).scheme}://{urlsplit(address).hostname}/…"
    return service_of(address).name


def _group(actor: User, group_id: int) -> Group:
    permissions.require_superuser(person=actor, what="change the channels of groups")
    found = Group.objects.filter(pk=group_id).first()
    if found is None:
        raise Refused("That group does not exist any more.", status=404)
    return found


def _own(actor: User, channel_id: int) -> Channel:
    """The actor's own, or a group's for a superuser; others do not exist."""
    channel = Channel.objects.select_related("group", "person").filter(pk=channel_id).first()
    is_own = channel is not None and channel.person_id == actor.pk
    is_groups = channel is not None and channel.group_id is not None
    if channel is None or not (is_own or (is_groups and permissions.is_superuser(actor))):
        raise Refused("You have no such channel.", status=404)
    return channel


def _record(actor: User, channel: Channel, kind: str, what: str) -> None:
    """Never the address, nor what is shown of it."""
    of = f"of the group {channel.group}" if channel.group else "of their own"
    administration.record(
        actor=actor,
        kind=kind,
        text=f"{what} the {channel.get_kind_display().lower()} channel “{channel.name}” {of}",
        data={"kind": channel.kind, "group": channel.group.name if channel.group else ""},
    )
