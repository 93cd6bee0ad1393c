"""Asking whether a fix holds."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from incidents.actions import validate as acts
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident


@require_POST
def validate(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    acts.ask(actor=request.user, incident_id=incident.pk)
    return answer(request, incident, panel="health")
