"""The first page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents import clock, permissions
from incidents.queries.approval_queue import read_queue
from incidents.queries.environment_health.trouble import read_trouble
from incidents.queries.now import read_now
from incidents.queries.report.due import wanted_reports
from incidents.queries.report.follow_ups import owed_by
from incidents.views.requests import PageRequest


@require_GET
def now(request: PageRequest) -> HttpResponse:
    """`?wall=1` is for a screen on the wall: larger, without navigation."""
    moment = clock.now()
    visible = permissions.visible_incidents(request.user)
    queue = read_queue(visible, person=request.user, now=moment)
    context = {
        "seen": read_now(visible, now=moment),
        "mine": [card for card in queue if card.may_decide],
        "others": [card for card in queue if not card.may_decide],
        "reports": wanted_reports(visible, now=moment),
        "owed": owed_by(request.user, visible=visible, now=moment),
        "trouble": read_trouble(permissions.visible_environments(request.user)),
        "is_wall": "wall" in request.GET,
        "now": moment,
    }
    template = "now/_now.html" if request.htmx else "now/now.html"
    return render(request, template, context)
