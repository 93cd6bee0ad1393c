"""Notices: what a person is told in the page itself, behind the bell. What they were told of an
environment is theirs to read while they see that environment."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from incidents.models import Environment, Notification

SHOWN = 100
PAGE_NOTICE = Q(channel=None, subscriber=None, sealed_address="", shown="")
"""Rows of a channel that was removed keep what was `shown` of it, and so are none."""

SEEN_IN, NAMED = "seen_in", "named"
"""Keys of a notification's data: the environment in which its person had a role, or that there was
none and a runbook named them all the same. Older notices have neither."""


@dataclass(frozen=True, slots=True)
class Bell:
    """How many notices a person has not read, and the newest of them. `is_more`: than `count`."""

    count: int = 0
    is_more: bool = False
    newest: Notification | None = None


def notices_of(person: User, seen: QuerySet[Environment]) -> QuerySet[Notification]:
    """`seen` is which environments the person sees now."""
    own = Notification.objects.filter(PAGE_NOTICE, person=person)
    marked = own.annotate(seen_in=Cast(KT(f"data__{SEEN_IN}"), BigIntegerField()))
    of_old = Q(seen_in=None) & (Q(incident=None) | Q(incident__environment__in=seen))
    return marked.filter(Q(seen_in__in=seen) | Q(data__has_key=NAMED) | of_old)


def read_notices(person: User, seen: QuerySet[Environment]) -> list[Notification]:
    """Those that are not read first, then the newest."""
    found = notices_of(person, seen).select_related("incident")
    unread = list(found.filter(read_at=None)[:SHOWN])
    return unread + list(found.exclude(read_at=None)[: SHOWN - len(unread)])


def read_bell(person: User, seen: QuerySet[Environment]) -> Bell:
    """One question to the database, as every page asks it."""
    unread = notices_of(person, seen).filter(read_at=None)
    found = list(unread.only("subject", "link")[: SHOWN + 1])
    if not found:
        return Bell()
    return Bell(count=len(found[:SHOWN]), is_more=len(found) > SHOWN, newest=found[0])
