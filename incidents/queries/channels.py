"""Channels as their pages show them: what is known of an address, and how it fared lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.db.models import QuerySet

from incidents.models import Channel, Notification, NotificationRule, QuietHours
from incidents.sending.services import SERVICES

TEST = "test"
"""The kind of a notification that only tries a channel."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What happens at one moment after a telling that nobody has acknowledged."""

    after: int
    rules: tuple[NotificationRule, ...]

    @property
    def words(self) -> str:
        return "at once" if not self.after else f"after {_span(self.after)}"


@dataclass(frozen=True, slots=True)
class Own:
    """Everything about how one person is told."""

    channels: tuple[Channel, ...]
    rungs: tuple[Rung, ...]
    quiet: QuietHours | None
    mail: str

    @property
    def enabled(self) -> tuple[Channel, ...]:
        return tuple(channel for channel in self.channels if channel.is_enabled)


def read_own(person: User) -> Own:
    rules = list(NotificationRule.objects.filter(person=person).select_related("channel"))
    moments = sorted({rule.after for rule in rules})
    return Own(
        channels=tuple(Channel.objects.filter(person=person)),
        rungs=tuple(
            Rung(after, tuple(rule for rule in rules if rule.after == after)) for after in moments
        ),
        quiet=QuietHours.objects.filter(person=person).first(),
        mail=person.email,
    )


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service and how addresses of it begin: "slack://"."""

    name: str
    beginnings: str


def known_services(*, with_hosts: bool) -> list[KnownService]:
    """By name; without those whose address names a host, which only administrators add."""
    found: dict[str, list[str]] = {}
    for schema, service in SERVICES.items():
        if with_hosts or not service.names_host:
            found.setdefault(service.name, []).append(f"{schema}://")
    return [KnownService(name, " ".join(found[name])) for name in sorted(found, key=str.lower)]


def channels_of_group(group: Group) -> QuerySet[Channel]:
    return Channel.objects.filter(group=group).select_related("created_by")


def find_test(notification_id: int) -> Notification | None:
    """A test, with the channel that it tries, as long as there is one."""
    rows = Notification.objects.filter(kind=TEST, channel__isnull=False)
    return rows.select_related("channel__group").filter(pk=notification_id).first()


def _span(seconds: int) -> str:
    hours, rest = divmod(timedelta(seconds=seconds).total_seconds(), 3600)
    parts = [(int(hours), "h"), (int(rest // 60), "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or f"{seconds} s"
