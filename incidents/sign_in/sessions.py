"""The sessions of a person: which there are, when they were last seen, and ending them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.http import HttpRequest

from incidents import live
from incidents.addresses import address_class
from incidents.models import Incident
from incidents.sign_in.devices import device_of
from incidents.states import IncidentState

SEEN_SECONDS = 300
"""How exact "last seen" is; a session that is used is written no more often than this."""

_SEEN = "seen_at"


@dataclass(frozen=True, slots=True)
class Session:
    """One row of the list of sessions."""

    id: int
    device: str
    place: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def see(request: HttpRequest) -> None:
    """Writing the session also moves its end: it lasts so many hours after it was last used."""
    now = time.time()
    if now - float(request.session.get(_SEEN, 0)) < SEEN_SECONDS:
        return
    request.session[_SEEN] = now
    UserSession.objects.create_from_request(request)


def list_sessions(request: HttpRequest, person: User) -> list[Session]:
    """Those that still open a page, the newest first."""
    rows = UserSession.objects.purge_and_list(person)
    found = [
        Session(
            id=row.pk,
            device=device_of(row.user_agent),
            place=address_class(row.ip),
            began_at=row.created_at,
            seen_at=row.last_seen_at,
            is_this=row.session_key == request.session.session_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda session: session.seen_at, reverse=True)


def end(request: HttpRequest, person: User, session_id: int) -> bool:
    """End one session of that person; False when there is none of this id."""
    rows = list(UserSession.objects.filter(user_id=person.pk, pk=session_id))
    end_sessions(request, rows)
    tell_pages()
    return bool(rows)


def end_others(request: HttpRequest, person: User) -> None:
    end_other_sessions(request, person)
    tell_pages()


def end_all_of(person: User) -> None:
    """Everywhere, for an administrator who shuts somebody out."""
    for row in UserSession.objects.filter(user_id=person.pk):
        row.end()
    tell_pages()


def tell_pages() -> None:
    """Pages that are open in an ended session close at once, not only within the minute; those of
    closed incidents hear it as all pages do (`hub.HEARD_EVERYWHERE`)."""
    opened = Incident.objects.filter(state=IncidentState.OPEN).values_list("pk", flat=True)
    live.access_changed(list(opened))
