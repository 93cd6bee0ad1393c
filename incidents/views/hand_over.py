"""Handing over the command of an incident."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from incidents.actions import hand_over
from incidents.forms import OfferForm, ReasonForm
from incidents.models import Handover
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def offer(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    words = typed(OfferForm(request.POST))
    hand_over.offer(
        actor=request.user,
        incident_id=incident.pk,
        person_id=words["person"].pk,
        words=words["words"],
    )
    return answer(request, incident, panel="handover")


@require_POST
def take_over(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    reason = typed(ReasonForm(request.POST))["reason"]
    hand_over.take_over(actor=request.user, incident_id=incident.pk, reason=reason)
    return _answered(request, incident.pk)


@require_POST
def accept(request: PageRequest, handover_id: int) -> HttpResponse:
    done = hand_over.accept(actor=request.user, handover_id=handover_id)
    return _answered(request, done.incident_id)


@require_POST
def decline(request: PageRequest, handover_id: int) -> HttpResponse:
    reason = typed(ReasonForm(request.POST))["reason"]
    done: Handover = hand_over.decline(actor=request.user, handover_id=handover_id, reason=reason)
    return _answered(request, done.incident_id)


@require_POST
def withdraw(request: PageRequest, handover_id: int) -> HttpResponse:
    done = hand_over.withdraw(actor=request.user, handover_id=handover_id)
    return _answered(request, done.incident_id)


def _answered(request: PageRequest, incident_id: int) -> HttpResponse:
    """With what stands now: the commander may be another."""
    return answer(request, find_incident(request.user, pk=incident_id), panel="handover")
