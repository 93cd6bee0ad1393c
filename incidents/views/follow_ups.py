"""What is to be done because of incidents: on the report, and all of it on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from incidents import clock, permissions
from incidents.actions import follow_ups as acts
from incidents.actions.follow_ups import Wanted
from incidents.forms import ReasonForm
from incidents.models import Incident
from incidents.queries.report.follow_ups import read_overview
from incidents.report_forms import FollowUpForm
from incidents.views.report import follow_up_context
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_GET
def follow_ups(request: PageRequest) -> HttpResponse:
    return _overview(request)


def _overview(request: PageRequest) -> HttpResponse:
    visible = permissions.visible_incidents(request.user)
    now = clock.now()
    seen = read_overview(
        visible,
        person=request.user,
        reporting=permissions.incidents_to_report_on(request.user),
        now=now,
    )
    template = "report/_overview.html" if request.htmx else "report/follow_ups.html"
    return render(request, template, {"seen": seen, "now": now})


@require_GET
def of_incident(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    context = follow_up_context(request, incident)
    return render(request, "report/_follow_ups.html", context)


@require_POST
def add(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    acts.add(actor=request.user, incident_id=incident.pk, wanted=_wanted(request))
    return _answer(request, incident)


@require_POST
def change(request: PageRequest, follow_up_id: int) -> HttpResponse:
    incident = find_incident(request.user, follow_ups=follow_up_id)
    acts.change(actor=request.user, follow_up_id=follow_up_id, wanted=_wanted(request))
    return _answer(request, incident)


@require_POST
def finish(request: PageRequest, follow_up_id: int) -> HttpResponse:
    incident = find_incident(request.user, follow_ups=follow_up_id)
    acts.finish(actor=request.user, follow_up_id=follow_up_id)
    return _answer(request, incident)


@require_POST
def drop(request: PageRequest, follow_up_id: int) -> HttpResponse:
    incident = find_incident(request.user, follow_ups=follow_up_id)
    reason = typed(ReasonForm(request.POST))["reason"]
    acts.drop(actor=request.user, follow_up_id=follow_up_id, reason=reason)
    return _answer(request, incident)


@require_POST
def reopen(request: PageRequest, follow_up_id: int) -> HttpResponse:
    incident = find_incident(request.user, follow_ups=follow_up_id)
    acts.reopen(actor=request.user, follow_up_id=follow_up_id)
    return _answer(request, incident)


def _wanted(request: PageRequest) -> Wanted:
    form = typed(FollowUpForm(request.POST))
    owner = form["owner"]
    return Wanted(
        title=form["title"],
        owner_id=owner.pk if owner else None,
        due_on=form["due_on"],
        link=form["link"],
    )


def _answer(request: PageRequest, incident: Incident) -> HttpResponse:
    """The list that was pressed: an incident's, or the page of all."""
    is_overview = request.POST.get("list") == "all"
    if not request.htmx:
        return redirect("follow-ups") if is_overview else redirect("report", incident.number)
    if is_overview:
        return _overview(request)
    return render(request, "report/_follow_ups.html", follow_up_context(request, incident))
