"""The queue of approvals, and the decisions taken on them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from incidents import permissions
from incidents.actions import approve as decide
from incidents.forms import ApproveForm, ReasonForm
from incidents.queries.approvals import read_queue
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, approves_in, find_incident
from incidents.views.typed import typed


@require_GET
def approvals(request: PageRequest) -> HttpResponse:
    cards = read_queue(
        permissions.visible_incidents(request.user),
        person=request.user,
        approves_in=approves_in(request.user),
    )
    template = "approvals/_queue.html" if request.htmx else "approvals/approvals.html"
    return render(request, template, {"cards": cards})


@require_GET
def approvals_link(request: PageRequest) -> HttpResponse:
    """The link in the bar with its number, for pages that hear of a change."""
    return render(request, "approvals/_link.html")


@require_POST
def approve(request: PageRequest, approval_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs__approval=approval_id)
    form = typed(ApproveForm(request.POST))
    decide.approve(
        actor=request.user, approval_id=approval_id, digest=form["digest"], words=form["words"]
    )
    return answer(request, incident, panel=f"approval-{approval_id}")


@require_POST
def reject(request: PageRequest, approval_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs__approval=approval_id)
    reason = typed(ReasonForm(request.POST))["reason"]
    decide.reject(actor=request.user, approval_id=approval_id, reason=reason)
    return answer(request, incident, panel=f"approval-{approval_id}")


@require_POST
def withdraw(request: PageRequest, approval_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs__approval=approval_id)
    decide.withdraw(actor=request.user, approval_id=approval_id)
    return answer(request, incident, panel=f"approval-{approval_id}")
