"""Who was told what about an incident, by which way, and whether it arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet, prefetch_related_objects

from incidents.models import Incident, Notification
from incidents.queries.settled import why_settled
from incidents.states import ChannelKind, NotificationState

FORGOTTEN = "notification.forgotten"
MOST_DEAD = 50
MOST_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receiver by one way; `read_at` is when the person read the notice in the page."""

    row: Notification
    who: str
    how: str
    kind: str
    read_at: datetime | None

    @property
    def is_dead(self) -> bool:
        return self.row.state == NotificationState.DEAD

    @property
    def why_settled(self) -> str:
        """Why nobody needs to try again, else ""."""
        return why_settled(self.row) if self.is_dead else ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What was told at one moment, and to whom."""

    subject: str
    kind: str
    at: datetime
    deliveries: tuple[Delivery, ...]

    @property
    def is_dead(self) -> bool:
        """Somebody of it was not reached."""
        return any(delivery.is_dead for delivery in self.deliveries)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Tellings that did not reach somebody come first, then the newest. `dead` did not arrive, of
    which `to_try` may be tried again. `is_forgotten` when there were some once."""

    tellings: tuple[Telling, ...]
    dead: int
    to_try: int
    is_forgotten: bool = False


def read_deliveries(incident: Incident) -> Deliveries:
    prefetch_related_objects([incident], "levels")
    rows = incident.notifications.select_related("person", "channel__group", "subscriber")
    dead = list(rows.filter(state=NotificationState.DEAD)[:MOST_DEAD])
    others = list(rows.exclude(state=NotificationState.DEAD)[:MOST_OTHERS])
    found = _tellings([*dead, *others])
    found.sort(key=lambda telling: telling.at, reverse=True)
    found.sort(key=lambda telling: not telling.is_dead)
    is_forgotten = not found and incident.timeline.filter(kind=FORGOTTEN).exists()
    return Deliveries(
        tellings=tuple(found),
        dead=len(dead),
        to_try=sum(not why_settled(row) for row in dead),
        is_forgotten=is_forgotten,
    )


def undelivered() -> QuerySet[Notification]:
    """Dead letters that are no incident's: to subscribers of the status page, and to people about
    what is no incident. A test that failed was answered to who asked."""
    rows = Notification.objects.filter(incident=None, state=NotificationState.DEAD)
    return rows.exclude(kind="test")


def read_undelivered() -> list[Delivery]:
    """The newest of them, one by one."""
    rows = undelivered().select_related("person", "channel__group", "subscriber")
    return [Delivery(row, _who(row), _how(row), _kind(row), None) for row in rows[:MOST_OTHERS]]


def _tellings(rows: Iterable[Notification]) -> list[Telling]:
    def occasion(row: Notification) -> tuple[datetime, str, str]:
        return row.created_at, row.subject, row.kind

    return [
        Telling(subject, kind, at, tuple(_deliveries(list(told))))
        for (at, subject, kind), told in groupby(sorted(rows, key=occasion), key=occasion)
    ]


def _deliveries(rows: list[Notification]) -> Iterable[Delivery]:
    """A notice in the page is a line of its own only for who is told in no other way."""
    pages = [row for row in rows if row.person_id and _is_page(row)]
    read: dict[int | None, datetime | None] = {row.person_id: row.read_at for row in pages}
    reached = {row.person_id for row in rows if not _is_page(row)}
    for row in sorted(rows, key=lambda row: (row.state != NotificationState.DEAD, row.pk)):
        if not _is_page(row) or row.person_id not in reached:
            yield Delivery(row, _who(row), _how(row), _kind(row), read.get(row.person_id))


def _is_page(row: Notification) -> bool:
    return not (row.channel_id or row.subscriber_id or row.sealed_address or row.shown)


def _who(row: Notification) -> str:
    if row.person is not None:
        return row.person.get_full_name() or row.person.get_username()
    if row.channel is not None and row.channel.group is not None:
        return row.channel.group.name
    return "A subscriber" if row.subscriber_id else "A recipient"


def _how(row: Notification) -> str:
    if _is_page(row):
        return "in the page alone"
    return row.shown or (row.channel.name if row.channel else "")


def _kind(row: Notification) -> str:
    if row.channel is not None:
        return row.channel.kind
    return ChannelKind.EMAIL if row.sealed_address or row.subscriber_id else ""
