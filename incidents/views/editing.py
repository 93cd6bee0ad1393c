"""Editing inside a running incident: parameters, the text of a command, the runbook's revision."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents.actions import edit_command as commands
from incidents.actions import edit_parameters as parameters
from incidents.actions import reread as rereading
from incidents.actions.declare import open_runbook
from incidents.forms import EditCommandForm, EditParametersForm, RereadForm
from incidents.models import Incident, Revision
from incidents.queries.reread import newest_revision, read_preview
from incidents.views.answers import answer, room_url
from incidents.views.panels import scene_of
from incidents.views.requests import PageRequest, find_incident, number_in
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


@require_GET
def preview_revision(request: PageRequest, number: int) -> HttpResponse:
    """What `?revision=N`, else the newest, would change here."""
    incident = find_incident(request.user, number=number)
    revision = _newer(incident, request.GET.get("revision", ""))
    if revision is None:
        return redirect(room_url(incident))
    document = open_runbook(revision)
    context = {
        "incident": incident,
        "can": scene_of(request, incident).can,
        "revision": revision,
        "preview": read_preview(incident, old=open_runbook(incident.revision), new=document),
        "asked": rereading.new_parameters(incident, document),
    }
    return render(request, "incidents/reread.html", context)


@require_POST
def take_revision(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    form = RereadForm(request.POST)
    revision = _newer(incident, str(typed(form)["revision"]))
    if revision is not None:
        rereading.reread(
            actor=request.user,
            incident_id=incident.pk,
            revision_id=revision.pk,
            values=form.parameters(),
        )
    if request.htmx:
        return HttpResponseClientRedirect(room_url(incident))
    return redirect(room_url(incident))


def _newer(incident: Incident, number: str) -> Revision | None:
    """The revision of that number, the newest for none; None when there is nothing newer."""
    if not number:
        found = newest_revision(incident)
    else:
        revisions = Revision.objects.filter(runbook=incident.revision.runbook_id)
        found = revisions.filter(number=number_in(number) or 0).first()
        if found is None:
            raise Http404("No such revision.")
    return rereading.newer_revision(incident, found.pk) if found else None
