"""What people outside the room see: the leadership board and the status page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents import clock, permissions
from incidents.queries.status import (
    board_updates,
    read_board,
    read_internal,
    read_past,
    read_public,
)
from incidents.views.requests import PageRequest, PublicRequest, find_incident


@require_GET
def board(request: PageRequest, number: int) -> HttpResponse:
    """Nothing on this page changes anything."""
    incident = find_incident(request.user, number=number)
    now = clock.now()
    context = {
        "incident": incident,
        "fact": read_board(incident, now=now),
        "levels": list(incident.levels.select_related("acknowledged_by")),
        "updates": board_updates(incident),
        "now": now,
    }
    template = "status/_board.html" if request.htmx else "status/board.html"
    return render(request, template, context)


@login_not_required
@require_GET
def status(request: PublicRequest) -> HttpResponse:
    """Signed-in people see their incidents; anybody else, when published, the public facts."""
    now = clock.now()
    if request.user.is_authenticated:
        visible = permissions.visible_incidents(request.user)
        context = {"facts": read_internal(visible, now=now), "past": read_past(visible, now=now)}
    elif settings.STATUS_PAGE_IS_PUBLIC:
        context = {"facts": read_public(now=now), "past": []}
    else:
        return redirect_to_login(request.get_full_path())
    context |= {"is_public": not request.user.is_authenticated, "now": now}
    template = "status/_status.html" if request.htmx else "status/status.html"
    return render(request, template, context)
