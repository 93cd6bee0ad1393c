"""What people outside the room see: the leadership board and the status page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from incidents import clock, permissions
from incidents.queries.ball import read_ball
from incidents.queries.incident_health import fault_of
from incidents.queries.ladder_rows import read_ladder
from incidents.queries.progress import read_progress
from incidents.queries.published.page import read_page, read_page_with_rows
from incidents.queries.status import board_updates, read_board, read_internal, read_past
from incidents.views.requests import PageRequest, PublicRequest, find_incident
from incidents.views.status_answers import shared


@require_GET
def board(request: PageRequest, number: int) -> HttpResponse:
    """Nothing on this page changes anything. `?wall` is for a screen on the wall: all of it at
    once, large, without navigation."""
    incident = find_incident(request.user, number=number)
    now = clock.now()
    is_wall = "wall" in request.GET
    context = {
        "incident": incident,
        "fact": read_board(incident, now=now),
        "ladder": read_ladder(incident, now=now),
        "updates": board_updates(incident),
        "fault": fault_of(incident),
        "progress": read_progress(incident),
        "ball": read_ball(incident, now=now).now,
        "is_wall": is_wall,
        "now": now,
    }
    name = "wall" if is_wall else "board"
    template = f"status/_{name}.html" if request.htmx else f"status/{name}.html"
    return render(request, template, context)


@login_not_required
@require_safe
def status(request: PublicRequest) -> HttpResponse:
    """Signed-in people see their incidents besides; anybody else, when published, what strangers
    may know."""
    if request.user.is_authenticated:
        template = "status/_status.html" if request.htmx else "status/status.html"
        return render(request, template, _for_person(request.user))
    if not settings.STATUS_PAGE_IS_PUBLIC:
        return redirect_to_login(request.get_full_path())
    now = clock.now()
    page = read_page(now=now)
    context = {"page": page, "disruptions": page.disruptions, "is_public": True, "now": now}
    return shared(render(request, "status/status.html", context | _names()))


@login_not_required
@require_safe
def events(request: PublicRequest) -> HttpResponse:  # noqa: ARG001  (a view's signature)
    """The stream is `incidents.published`'s alone. Who asks Django, because the page is not public
    or no process in front of it answers, is told to come back no more, and asks for the page
    instead."""
    return HttpResponse(status=204)


def _for_person(person: User) -> dict[str, Any]:  # Any: a template's context
    """Of the incidents that the person may see, the internal facts; of others the public ones."""
    now = clock.now()
    page, rows = read_page_with_rows(now=now, is_public=False)
    visible = permissions.visible_incidents(person)
    facts = read_internal(visible, now=now)
    own = {fact.pk for fact in facts}
    return {
        "page": page,
        "facts": facts,
        "disruptions": [one for one in page.disruptions if rows[one.id] not in own],
        "past": read_past(visible, now=now),
        "may_edit": permissions.is_superuser(person),
        "now": now,
    } | _names()


def _names() -> dict[str, str]:
    return {"name": settings.STATUS_PAGE_NAME}
