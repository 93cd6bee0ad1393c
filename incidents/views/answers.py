"""How an action answers: with the panel that was pressed, or by going back to the page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh

from incidents.models import Incident
from incidents.views.panels import render_panel
from incidents.views.requests import PageRequest


def answer(request: PageRequest, incident: Incident, *, panel: str) -> HttpResponse:
    """The panel named in the form, else `panel`; without htmx back to where the form was."""
    if request.htmx:
        return render_panel(request, incident, request.POST.get("panel") or panel)
    back = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("incident", number=incident.number)


def shown_again(request: PageRequest, name: str, *arguments: str) -> HttpResponse:
    """The page of that name as it is now, at the place where the person was."""
    return HttpResponseClientRefresh() if request.htmx else redirect(name, *arguments)


def room_url(incident: Incident, *, step_id: int | None = None) -> str:
    address = reverse("incident", kwargs={"number": incident.number})
    return f"{address}?step={step_id}" if step_id else address
