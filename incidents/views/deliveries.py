"""Trying again to tell who could not be reached."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from incidents import permissions
from incidents.actions import retry as retrying
from incidents.queries.deliveries import read_undelivered
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident


@require_GET
def undelivered(request: PageRequest) -> HttpResponse:
    """What reached nobody and belongs to no incident, for who looks after the installation."""
    permissions.require_superuser(person=request.user, what="see what could not be delivered")
    context = {"deliveries": read_undelivered()}
    return render(request, "notifications/undelivered.html", context)


@require_POST
def retry(request: PageRequest, notification_id: int) -> HttpResponse:
    row = retrying.retry(actor=request.user, notification_id=notification_id)
    if row.incident_id is None:
        is_all = permissions.is_superuser(request.user)
        return redirect("undelivered" if is_all else "own-notifications")
    incident = find_incident(request.user, pk=row.incident_id)
    return answer(request, incident, panel="deliveries")


@require_POST
def retry_all(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    retrying.retry_all(actor=request.user, incident_id=incident.pk)
    return answer(request, incident, panel="deliveries")
