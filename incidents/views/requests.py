"""The request as our pages get it, and the incident it is about."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from django_htmx.middleware import HtmxDetails

from incidents import permissions
from incidents.models import Incident

LONGEST_NUMBER = 18


class PageRequest(HttpRequest):
    """A signed-in person's request, past the middleware."""

    user: User
    htmx: HtmxDetails


class PublicRequest(HttpRequest):
    """A request of anybody."""

    user: User | AnonymousUser
    htmx: HtmxDetails


def find_incident(person: User, **lookup: object) -> Incident:
    """The incident, or 404 for those who hold no role in its environment."""
    visible = permissions.visible_incidents(person)
    found = (
        visible.select_related("environment", "commander", "revision__runbook")
        .filter(**lookup)
        .distinct()
        .first()
    )
    if found is None:
        raise Http404("No such incident.")
    return found


def number_in(text: str) -> int | None:
    """A number somebody wrote into an address: None for anything longer than a database counts."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None
