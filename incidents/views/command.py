"""What a commander does besides steps and runs: words, components, the end."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents.actions import announce
from incidents.actions import resolve as ending
from incidents.forms import ComponentForm, WordsForm
from incidents.views.answers import answer, room_url
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def set_component(request: PageRequest, component_id: int) -> HttpResponse:
    incident = find_incident(request.user, components=component_id)
    state = typed(ComponentForm(request.POST))["state"]
    announce.set_component(actor=request.user, component_id=component_id, state=state)
    return answer(request, incident, panel="components")


@require_POST
def resolve(request: PageRequest, number: int) -> HttpResponse:
    """The whole page changes when an incident ends, so htmx is told to load it again."""
    incident = find_incident(request.user, number=number)
    words = typed(WordsForm(request.POST))["words"]
    ending.resolve(actor=request.user, incident_id=incident.pk, words=words)
    if request.htmx:
        return HttpResponseClientRedirect(room_url(incident))
    return redirect(room_url(incident))
