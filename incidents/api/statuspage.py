"""The status page as JSON, in the shape of Statuspage's public API, version 2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from incidents import clock
from incidents.api import statuspage_shapes as shapes
from incidents.queries.published.facts import DisruptionFact, PageFact, WorkFact
from incidents.queries.published.page import read_page
from incidents.views.status_answers import for_anybody
from runbook.document.definition import Json

NOT_PUBLIC = "The status page is for people who have signed in."


def summary(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    return {
        "components": shapes.components(fact),
        "incidents": shapes.incidents(fact, fact.disruptions, link),
        "scheduled_maintenances": shapes.maintenances(fact, fact.works, link),
        "status": shapes.status(fact),
    }


def status(fact: PageFact, _link: shapes.Link) -> dict[str, Json]:
    return {"status": shapes.status(fact)}


def components(fact: PageFact, _link: shapes.Link) -> dict[str, Json]:
    return {"components": shapes.components(fact)}


def incidents(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    every = sorted((*fact.disruptions, *fact.past_disruptions), key=_started, reverse=True)
    return {"incidents": shapes.incidents(fact, every, link)}


def unresolved(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    return {"incidents": shapes.incidents(fact, fact.disruptions, link)}


def maintenances(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    return _maintenances(fact, (*reversed(fact.works), *fact.past_works), link)


def upcoming(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    return _maintenances(fact, tuple(work for work in fact.works if work.is_ahead), link)


def active(fact: PageFact, link: shapes.Link) -> dict[str, Json]:
    return _maintenances(fact, tuple(work for work in fact.works if work.is_running), link)


def _maintenances(
    fact: PageFact, works: tuple[WorkFact, ...], link: shapes.Link
) -> dict[str, Json]:
    return {"scheduled_maintenances": shapes.maintenances(fact, works, link)}


def _started(one: DisruptionFact) -> datetime:
    return one.started_at


Body = Callable[[PageFact, shapes.Link], dict[str, Json]]

BODIES: dict[str, Body] = {
    "summary": summary,
    "status": status,
    "components": components,
    "incidents": incidents,
    "incidents/unresolved": unresolved,
    "scheduled-maintenances": maintenances,
    "scheduled-maintenances/upcoming": upcoming,
    "scheduled-maintenances/active": active,
}
"""What is below /api/v2/, without its ".json"."""


def answer(body: Body) -> Callable[[HttpRequest], HttpResponse]:
    """The view of one address."""

    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        if not (settings.STATUS_PAGE_IS_PUBLIC or request.user.is_authenticated):
            return JsonResponse({"error": NOT_PUBLIC}, status=404)
        fact = read_page(now=clock.now())
        url = settings.PUBLIC_URL + reverse("status")
        whole = {"page": shapes.page(fact, name=settings.STATUS_PAGE_NAME, url=url)}
        response = JsonResponse(whole | body(fact, lambda one: f"{url}#{one}"))
        return for_anybody(response)

    return view
