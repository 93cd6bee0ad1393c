"""The queue of approvals, one by its link, and the decisions taken on them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import clock, permissions, second_factor
from incidents.actions import approve as decide
from incidents.actions.ask_again import ask_again
from incidents.actions.deciding import SecondFactorNeeded
from incidents.forms import ApproveForm, AskForm, ReasonForm
from incidents.queries.approval_queue import read_card, read_queue
from incidents.refusal import Refused
from incidents.views.answers import answer, room_url
from incidents.views.requests import PageRequest, find_incident, number_in
from incidents.views.typed import typed

MOST_SHOWN = 200


@require_GET
def approvals(request: PageRequest) -> HttpResponse:
    """`?shown=3,1,2` names the approvals that are on the page already, in their order."""
    named = (number_in(one) for one in request.GET.get("shown", "").split(","))
    shown = [one for one in named if one is not None][:MOST_SHOWN]
    cards = read_queue(
        permissions.visible_incidents(request.user),
        person=request.user,
        now=clock.now(),
        shown=shown,
    )
    can = permissions.abilities_in(
        person=request.user, incidents=[card.run.incident for card in cards]
    )
    template = "approvals/_queue.html" if request.htmx else "approvals/approvals.html"
    return render(
        request, template, {"cards": [(card, can[card.run.incident_id]) for card in cards]}
    )


@require_GET
def approval(request: PageRequest, approval_id: int) -> HttpResponse:
    """Where a notification leads: one question, decided or not."""
    card = read_card(
        permissions.visible_incidents(request.user),
        approval_id=approval_id,
        person=request.user,
        now=clock.now(),
    )
    if card is None:
        raise Http404("No such approval.")
    can = permissions.abilities(person=request.user, incident=card.run.incident)
    return render(request, "approvals/approval.html", {"card": card, "can": can})


@require_GET
def approvals_link(request: PageRequest) -> HttpResponse:
    """The link in the bar with its number, for pages that hear of a change."""
    return render(request, "approvals/_link.html")


@require_POST
def approve(request: PageRequest, approval_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs__approval=approval_id)
    form = typed(ApproveForm(request.POST))
    try:
        decide.approve(
            actor=request.user,
            approval_id=approval_id,
            digest=form["digest"],
            words=form["words"],
            proven_at=second_factor.proven_at(request),
        )
    except SecondFactorNeeded as needed:
        raise _with_way(request, needed, approval_id) from needed
    return answer(request, incident, panel=f"approval-{approval_id}")


def _with_way(request: PageRequest, needed: Refused, approval_id: int) -> Refused:
    if second_factor.is_enrolled(request.user):
        way = second_factor.way_to_prove(reverse("approval", args=[approval_id]))
    else:
        way = second_factor.way_to_enrol()
    return Refused(needed.sentence, status=needed.status, way=way)


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


@require_POST
def again(request: PageRequest, approval_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs__approval=approval_id)
    urgent = typed(AskForm(request.POST))["emergency_reason"]
    run = ask_again(actor=request.user, approval_id=approval_id, emergency_reason=urgent)
    step_id = run.command.step_id
    if request.htmx and request.POST.get("panel") != f"step-{step_id}":
        return HttpResponseClientRedirect(room_url(incident, step_id=step_id))
    return answer(request, incident, panel=f"step-{step_id}")
