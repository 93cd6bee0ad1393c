"""Trying again to tell who could not be reached."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from incidents.actions import retry as retrying
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident


@require_POST
def retry(request: PageRequest, notification_id: int) -> HttpResponse:
    row = retrying.retry(actor=request.user, notification_id=notification_id)
    if row.incident_id is None:
        return redirect("own-notifications")
    incident = find_incident(request.user, pk=row.incident_id)
    return answer(request, incident, panel="deliveries")


@require_POST
def retry_all(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    retrying.retry_all(actor=request.user, incident_id=incident.pk)
    return answer(request, incident, panel="deliveries")
