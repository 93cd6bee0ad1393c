"""By which ways people are told, and when: their rules, their channels, their quiet hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User

from incidents.models import Channel, NotificationRule, QuietHours
from incidents.states import ChannelKind, Severity

MILDEST = Severity.values[-1]


@dataclass(frozen=True, slots=True)
class Way:
    """`channel`, or None for the person's own mail address. `name` tells a person's ways apart.
    `loud_at` is when it would be due but for quiet hours, None where they change nothing."""

    name: str
    due_at: datetime
    channel: Channel | None = None
    loud_at: datetime | None = None


def ways_to(
    people: Collection[User],
    *,
    now: datetime,
    severity: str = MILDEST,
    by: Sequence[str] = (),
    is_urgent: bool = False,
) -> dict[int, list[Way]]:
    """By person, the ways by which each is told besides the page; three queries for any number.

    Rules say it; who has none is told by every channel at once, and who has no channel either by
    mail. Of `by`, kinds of channel, those that a person has are used, and all where none is.
    """
    rules, channels = _rules_of(people), _channels_of(people)
    quiet = {one.person_id: one for one in QuietHours.objects.filter(person__in=people)}
    found = {}
    for person in people:
        own = _ways_of(person, rules.get(person.pk, ()), channels.get(person.pk, ()), now, severity)
        hours = None if is_urgent else quiet.get(person.pk)
        found[person.pk] = [_after_quiet(way, hours) for way in _of_kinds(own, by)]
    return found


def quiet_until(hours: QuietHours, at: datetime) -> datetime | None:
    """When the quiet hours that hold `at` end, in UTC; None where none do. Local times mean what a
    clock on the wall shows, also on the days on which it is changed."""
    zone = ZoneInfo(hours.time_zone)
    today = at.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        begins = _moment(day, hours.begins, zone)
        last = day if hours.until > hours.begins else day + timedelta(days=1)
        until = _moment(last, hours.until, zone)
        if begins <= at < until:
            return until
    return None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _ways_of(
    person: User,
    rules: Sequence[NotificationRule],
    channels: Sequence[Channel],
    now: datetime,
    severity: str,
) -> list[Way]:
    if rules:
        return [
            Way(f"rule {rule.pk}", now + timedelta(seconds=rule.after), rule.channel)
            for rule in rules
            if severity <= rule.least_severity
        ]
    if channels:
        return [Way(f"channel {channel.pk}", now, channel) for channel in channels]
    has_mail = bool(person.email and settings.MAIL_URL)
    return [Way("mail", now)] if has_mail else []


def _of_kinds(ways: list[Way], kinds: Sequence[str]) -> list[Way]:
    chosen = [way for way in ways if _kind(way) in kinds]
    return chosen or ways


def _kind(way: Way) -> str:
    return way.channel.kind if way.channel else ChannelKind.EMAIL


def _after_quiet(way: Way, hours: QuietHours | None) -> Way:
    until = quiet_until(hours, way.due_at) if hours else None
    return Way(way.name, until, way.channel, loud_at=way.due_at) if until else way


def _rules_of(people: Collection[User]) -> Mapping[int, list[NotificationRule]]:
    found: dict[int, list[NotificationRule]] = defaultdict(list)
    rows = NotificationRule.objects.filter(person__in=people, channel__is_enabled=True)
    for rule in rows.select_related("channel").order_by("after", "pk"):
        found[rule.person_id].append(rule)
    return found


def _channels_of(people: Collection[User]) -> Mapping[int, list[Channel]]:
    found: dict[int, list[Channel]] = defaultdict(list)
    for channel in Channel.objects.filter(person__in=people, is_enabled=True):
        found[channel.person_id or 0].append(channel)
    return found
