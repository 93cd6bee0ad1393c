"""What the bell rang for: the list of a person's notices, and reading them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from incidents.actions import notices as reading
from incidents.permissions import is_superuser, visible_environments
from incidents.queries.deliveries import undelivered
from incidents.queries.notices import read_notices
from incidents.views.requests import PageRequest, number_in


@require_GET
def notices(request: PageRequest) -> HttpResponse:
    return _list(request)


@require_GET
def bell(request: PageRequest) -> HttpResponse:
    """The bell in the bar with its number, for pages that hear of a change or ask each minute."""
    return render(request, "notifications/_bell.html")


@require_POST
def read(request: PageRequest, notification_id: int) -> HttpResponse:
    reading.mark_read(actor=request.user, notification_id=notification_id)
    return _list(request) if request.htmx else redirect("notices")


@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    """`newest` is the newest notice that the page showed."""
    newest = number_in(request.POST.get("newest", "")) or 0
    reading.mark_all_read(actor=request.user, newest=newest)
    return _list(request) if request.htmx else redirect("notices")


@require_POST
def open_notice(request: PageRequest, notification_id: int) -> HttpResponse:
    """Read it, and go to what it is about."""
    notice = reading.mark_read(actor=request.user, notification_id=notification_id)
    is_ours = url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if is_ours and notice.link.startswith("/") else "notices")


def _list(request: PageRequest) -> HttpResponse:
    found = read_notices(request.user, visible_environments(request.user))
    context = {
        "undelivered": undelivered().count() if is_superuser(request.user) else 0,
        "notices": found,
        "unread": sum(notice.read_at is None for notice in found),
        "newest": max((notice.pk for notice in found), default=0),
    }
    template = "notifications/_notices.html" if request.htmx else "notifications/notices.html"
    return render(request, template, context)
