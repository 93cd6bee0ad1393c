"""Editing inside a running incident: its parameters, and the text of one command."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from incidents.actions import edit_command as commands
from incidents.actions import edit_parameters as parameters
from incidents.forms import EditCommandForm, EditParametersForm
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def edit_parameters(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    form = EditParametersForm(request.POST)
    seen = typed(form)["seen"]
    parameters.edit_parameters(
        actor=request.user,
        incident_id=incident.pk,
        values=form.parameters(secret=incident.secrets),
        seen=seen,
    )
    incident.refresh_from_db()
    return answer(request, incident, panel="parameters")


@require_POST
def edit_command(request: PageRequest, command_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps__commands=command_id)
    words = typed(EditCommandForm(request.POST))
    command = commands.edit_command(
        actor=request.user, command_id=command_id, text=words["text"], seen=words["seen"]
    )
    return answer(request, incident, panel=f"step-{command.step_id}")


@require_POST
def reset_command(request: PageRequest, command_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps__commands=command_id)
    seen = typed(EditCommandForm(request.POST))["seen"]
    command = commands.reset_command(actor=request.user, command_id=command_id, seen=seen)
    return answer(request, incident, panel=f"step-{command.step_id}")
