"""Ticking, skipping and completing: one action each."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from incidents.actions import checklist
from incidents.forms import PasteForm, ReasonForm
from incidents.models import Step
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def tick(request: PageRequest, step_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps=step_id)
    return _decided(request, checklist.tick(actor=request.user, step_id=step_id), incident.pk)


@require_POST
def untick(request: PageRequest, step_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps=step_id)
    return _decided(request, checklist.untick(actor=request.user, step_id=step_id), incident.pk)


@require_POST
def skip(request: PageRequest, step_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps=step_id)
    reason = typed(ReasonForm(request.POST))["reason"]
    step = checklist.skip(actor=request.user, step_id=step_id, reason=reason)
    return _decided(request, step, incident.pk)


@require_POST
def paste_result(request: PageRequest, command_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps__commands=command_id)
    text = typed(PasteForm(request.POST))["text"]
    command = checklist.paste_result(actor=request.user, command_id=command_id, text=text)
    return answer(request, incident, panel=f"step-{command.step_id}")


@require_POST
def complete_phase(request: PageRequest, phase_id: int) -> HttpResponse:
    incident = find_incident(request.user, phases=phase_id)
    checklist.complete_phase(actor=request.user, phase_id=phase_id)
    return answer(request, incident, panel=f"phase-{phase_id}")


def _decided(request: PageRequest, step: Step, incident_id: int) -> HttpResponse:
    incident = find_incident(request.user, pk=incident_id)
    return answer(request, incident, panel=f"phase-{step.phase_id}")
