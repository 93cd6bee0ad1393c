"""A person reads what the bell rang for."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from incidents import clock, live, permissions
from incidents.models import Notification
from incidents.queries.notices import PAGE_NOTICE, notices_of
from incidents.refusal import Refused


def mark_read(*, actor: User, notification_id: int) -> Notification:
    """The notice, read now if it was not before. Everybody has only their own."""
    with transaction.atomic():
        found = _own(actor).filter(pk=notification_id).first()
        if found is None:
            raise Refused("You have no such notice.", status=404)
        unread = Notification.objects.filter(pk=found.pk, read_at=None)
        if unread.update(read_at=clock.now()):
            live.notices_changed([actor.pk])
    return found


def mark_all_read(*, actor: User, newest: int) -> int:
    """Those up to the newest that the person has seen, and how many they were: what came while
    the page was open stays unread."""
    with transaction.atomic():
        unread = Notification.objects.filter(read_at=None, pk__lte=newest)
        count = unread.filter(pk__in=_own(actor).values("pk")).update(read_at=clock.now())
        if count:
            live.notices_changed([actor.pk])
    return count


def settle(told: QuerySet[Notification]) -> None:
    """What these were about is settled, so that nobody's bell counts them any more. Inside the
    caller's transaction; `told` is chosen by columns of its own rows."""
    unread = told.filter(PAGE_NOTICE, read_at=None)
    people = {person for person in unread.values_list("person_id", flat=True) if person}
    if people:
        unread.update(read_at=clock.now())
        live.notices_changed(sorted(people))


def _own(person: User) -> QuerySet[Notification]:
    return notices_of(person, permissions.visible_environments(person))
