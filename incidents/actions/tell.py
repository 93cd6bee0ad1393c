"""Telling people what happens. The only way in which anybody with an account is told anything.

What is to be told is stored inside the caller's transaction, one row for each receiver and way;
the clock's sweep hands what is due to the workers (`hand_out`), which send it (`deliver`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents import clock, encryption, live
from incidents.actions import notices
from incidents.actions.meant import LOUD_AT, who_sees
from incidents.models import Channel, Environment, Incident, Notification
from incidents.queries.notices import NAMED, SEEN_IN
from incidents.queries.receivers import Named, who_is
from incidents.queries.settled import PASSING, SETTLED
from incidents.queries.ways import MILDEST, Way, ways_to
from incidents.redacting import redactor_for, redactor_with
from incidents.states import NotificationState, Severity
from runbook.document.definition import Json

LONGEST_SUBJECT = LONGEST_KEY = 200
ONLY_IN_THE_PAGE = "Only in the page: no channel, rule or mail is set up for this."


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that people are told.

    `topic` groups what one acknowledgement cancels ("INC-42 level 2"); `key` is unique to the
    occurrence, so that what is told twice by mistake is stored once. `to` are words of the runbook
    (`receivers.who_is`), `by` kinds of channel, all where empty. What is `urgent`, and everything
    of a P0, passes quiet hours. `link` is a path of ours. `environment` is what it is about where
    there is no incident; `data` is what programs are told besides.
    """

    kind: str
    subject: str
    body: str
    topic: str
    key: str
    incident: Incident | None = None
    environment: Environment | None = None
    to: Sequence[str] = ()
    people: Sequence[User] = ()
    link: str = ""
    by: Sequence[str] = ()
    urgent: bool = False
    data: Mapping[str, Json] = field(default_factory=dict)

    @property
    def place(self) -> Environment | None:
        return self.incident.environment if self.incident else self.environment

    @property
    def is_urgent(self) -> bool:
        return self.urgent or (self.incident is not None and self.incident.severity == Severity.P0)


def tell(event: Event, *, named: Named | None = None) -> int:
    """Store who is told, inside the caller's transaction that holds the incident; how many
    receivers there are. Each person has a notice in the page, and one row for each of their ways.
    `named` is what `who_is` says of `event.to`, where the caller has asked already.
    """
    now = clock.now()
    named = named or who_is(event.to, event.incident)
    people = {one.pk: one for one in (*named.people, *event.people) if one.is_active}
    ways = ways_to(
        people.values(),
        now=now,
        severity=event.incident.severity if event.incident else MILDEST,
        by=event.by,
        is_urgent=event.is_urgent,
    )
    pattern = _pattern(event, now)
    seeing = who_sees(event.place, list(people))
    rows = [
        row
        for pk, one in people.items()
        for row in _rows(pattern, one, ways[pk], place=event.place if pk in seeing else None)
    ]
    channels = [one for one in named.channels if one.kind in event.by] or named.channels
    rows += [_by_channel(pattern, channel, now) for channel in channels]
    store(rows, incident=event.incident)
    live.notices_changed(list(people))
    return len(people) + len(channels)


def no_longer(topic: str) -> int:
    """What still waits for the topic is not sent, how many, and what the page shows of it rings no
    bell any more; who could not be told needs no second try. Inside the caller's transaction."""
    told = Notification.objects.filter(topic=topic)
    notices.settle(told)
    _note_settled(told)
    return cancel(told.values_list("pk", flat=True))


def no_longer_in(incident: Incident) -> int:
    """The same for all of a closed incident that has lost its meaning."""
    own = Notification.objects.filter(incident=incident, kind__in=PASSING)
    notices.settle(own)
    return cancel(own.values_list("pk", flat=True))


def cancel(ids: Iterable[int]) -> int:
    """One that is being sent may still arrive, and then counts as sent."""
    unsent = (NotificationState.WAITING, NotificationState.SENDING)
    rows = Notification.objects.filter(pk__in=ids, state__in=unsent)
    return rows.update(state=NotificationState.CANCELLED, ended_at=clock.now(), lease_until=None)


def _note_settled(told: QuerySet[Notification]) -> None:
    """Dead letters stay to be seen. Nothing else writes their data."""
    seen_to = {SETTLED: f"{clock.now():%-d %b %H:%M} UTC"}
    for row in told.filter(state=NotificationState.DEAD).only("data"):
        if SETTLED not in row.data:
            told.filter(pk=row.pk).update(data=row.data | seen_to)


def end_quiet(incident: Incident) -> int:
    """What waits for the end of somebody's quiet hours is due when it would have been without them:
    the incident is a P0 now. How many rows; inside the caller's transaction that holds it."""
    now = clock.now()
    quiet = Notification.objects.filter(
        incident=incident, state=NotificationState.WAITING, attempts=0, data__has_key=LOUD_AT
    )
    return sum(
        quiet.filter(pk=row.pk, due_at=row.due_at).update(
            due_at=max(datetime.fromisoformat(row.data[LOUD_AT]), now)
        )
        for row in quiet.only("due_at", "data")
    )


def store(rows: Sequence[Notification], *, incident: Incident | None) -> None:
    """Rows whose key is there already are left as they are."""
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if incident is not None and rows:
        live.changed(incident.pk, ["deliveries"])


def key_of(*parts: object) -> str:
    """One key of several words, never longer than the column."""
    key = "/".join(map(str, parts))
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _pattern(event: Event, now: datetime) -> Notification:
    """What all rows of an event have in common, with secrets taken out."""
    incident = event.incident
    redactor = redactor_for(incident) if incident else redactor_with({}, [])
    drill = "DRILL " if incident and incident.is_drill else ""
    subject = " ".join(redactor.text(event.subject).split())
    return Notification(
        key=event.key,
        topic=event.topic[:120],
        kind=event.kind,
        incident=incident,
        subject=_fitting(f"{drill}{subject}"),
        body=redactor.text(event.body),
        link=event.link,
        data={**event.data, "urgent": event.is_urgent},
        due_at=now,
        created_at=now,
    )


def _fitting(subject: str) -> str:
    """Cut behind a word, and seen to be cut."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    room = subject[: LONGEST_SUBJECT - 2]
    return f"{room.rpartition(' ')[0] or room} …"


def _rows(
    pattern: Notification, person: User, ways: Sequence[Way], *, place: Environment | None
) -> list[Notification]:
    """`place` is where the person has a role now and must have one when it is sent (`meant`)."""
    seen_in = {SEEN_IN: place.pk} if place else {}
    notice = _like(
        pattern,
        "page",
        person=person,
        data=pattern.data | (seen_in or {NAMED: True}),
        state=NotificationState.SENT,
        ended_at=pattern.created_at,
        error="" if ways else ONLY_IN_THE_PAGE,
    )
    rows = [_by_way(pattern, person, way) for way in ways]
    for row, way in zip(rows, ways, strict=True):
        row.data = row.data | seen_in | ({LOUD_AT: way.loud_at.isoformat()} if way.loud_at else {})
    return [notice, *rows]


def _by_way(pattern: Notification, person: User, way: Way) -> Notification:
    if way.channel is not None:
        return _by_channel(pattern, way.channel, way.due_at, person=person, name=way.name)
    return _like(
        pattern,
        way.name,
        person=person,
        due_at=way.due_at,
        sealed_address=encryption.seal(person.email),
        shown=masked_mail(person.email),
    )


def _by_channel(
    pattern: Notification,
    channel: Channel,
    due_at: datetime,
    *,
    person: User | None = None,
    name: str = "",
) -> Notification:
    return _like(
        pattern,
        name or f"channel {channel.pk}",
        person=person,
        channel=channel,
        due_at=due_at,
        shown=str(channel)[:200],
    )


def _like(pattern: Notification, name: str, **columns: object) -> Notification:
    values = {
        field.attname: getattr(pattern, field.attname)
        for field in Notification._meta.concrete_fields
    }
    row = Notification(**values)
    for column, value in columns.items():
        setattr(row, column, value)
    row.key = key_of(pattern.key, f"person {row.person_id}" if row.person_id else "", name)
    return row


def masked_mail(address: str) -> str:
    """What may be shown of a mail address: "o…@example.com"."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"
