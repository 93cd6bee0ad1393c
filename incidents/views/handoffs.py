"""Handing work from team to team: the form, and one action each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import clock, permissions
from incidents.actions import hand_off, handoff_items
from incidents.actions.declare import open_runbook
from incidents.forms import AcceptForm, HandoffForm, ItemForm, ReasonForm
from incidents.models import Incident
from incidents.queries import handoffs
from incidents.views.answers import answer, room_url
from incidents.views.requests import PageRequest, find_incident, number_in
from incidents.views.typed import typed


@require_GET
def write_handoff(request: PageRequest, number: int) -> HttpResponse:
    """`?proposal=0` begins with what the runbook names, `?answers=ID` hands that one back."""
    incident = find_incident(request.user, number=number)
    named = open_runbook(incident.revision).handoffs
    now = clock.now()
    answers = handoffs.answered_by(
        incident.handoffs.all(), number_in(request.GET.get("answers", ""))
    )
    asked = request.GET.get("proposal", "")
    place = number_in(asked) if asked else handoffs.fitting(incident, named, now=now)
    place = place if place is not None and place < len(named) else None
    context = {
        "incident": incident,
        "can": permissions.abilities(person=request.user, incident=incident),
        "begin": handoffs.begin(incident, named, place=place, answers=answers, now=now),
        "proposals": handoffs.proposals(incident, named, chosen=place),
        "answers": answers,
    }
    return render(request, "incidents/handoff.html", context)


@require_POST
def offer(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    form = HandoffForm(request.POST)
    words = typed(form)
    hand_off.offer(
        actor=request.user,
        incident_id=incident.pk,
        given_by=words["given_by"],
        taken_by=words["taken_by"],
        done=words["done"],
        asked=words["asked"],
        items=form.items(),
        answers_id=words["answers"],
    )
    return _to_the_room(request, incident)


@require_POST
def accept(request: PageRequest, handoff_id: int) -> HttpResponse:
    incident = find_incident(request.user, handoffs=handoff_id)
    person = typed(AcceptForm(request.POST))["person"]
    hand_off.accept(
        actor=request.user, handoff_id=handoff_id, person_id=person.pk if person else None
    )
    return answer(request, incident, panel="handoffs")


@require_POST
def decline(request: PageRequest, handoff_id: int) -> HttpResponse:
    incident = find_incident(request.user, handoffs=handoff_id)
    reason = typed(ReasonForm(request.POST))["reason"]
    hand_off.decline(actor=request.user, handoff_id=handoff_id, reason=reason)
    return answer(request, incident, panel="handoffs")


@require_POST
def withdraw(request: PageRequest, handoff_id: int) -> HttpResponse:
    incident = find_incident(request.user, handoffs=handoff_id)
    hand_off.withdraw(actor=request.user, handoff_id=handoff_id)
    return answer(request, incident, panel="handoffs")


@require_POST
def set_item(request: PageRequest, item_id: int) -> HttpResponse:
    incident = find_incident(request.user, handoffs__items=item_id)
    is_done = typed(ItemForm(request.POST))["is_done"]
    handoff_items.set_item(actor=request.user, item_id=item_id, is_done=is_done)
    return answer(request, incident, panel="handoffs")


def _to_the_room(request: PageRequest, incident: Incident) -> HttpResponse:
    address = f"{room_url(incident)}#handoffs"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
