"""Notices: what a person is told in the page itself, behind the bell."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from incidents.models import Notification

SHOWN = 100
PAGE_NOTICE = Q(channel=None, subscriber=None, sealed_address="", shown="")
"""Rows of a channel that was removed keep what was `shown` of it, and so are none."""


@dataclass(frozen=True, slots=True)
class Bell:
    """How many notices a person has not read, and the newest of them. `is_more`: than `count`."""

    count: int = 0
    is_more: bool = False
    newest: Notification | None = None


def notices_of(person: User) -> QuerySet[Notification]:
    return Notification.objects.filter(PAGE_NOTICE, person=person)


def unread_of(person: User) -> QuerySet[Notification]:
    return notices_of(person).filter(read_at=None)


def read_notices(person: User) -> list[Notification]:
    """Those that are not read first, then the newest."""
    unread = list(unread_of(person).select_related("incident")[:SHOWN])
    read = notices_of(person).exclude(read_at=None).select_related("incident")
    return unread + list(read[: SHOWN - len(unread)])


def read_bell(person: User) -> Bell:
    """One question to the database, as every page asks it."""
    found = list(unread_of(person).only("subject", "link")[: SHOWN + 1])
    if not found:
        return Bell()
    return Bell(count=len(found[:SHOWN]), is_more=len(found) > SHOWN, newest=found[0])
