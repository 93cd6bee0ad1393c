"""Freezes of an environment: no change of it starts, emergencies apart. To stop changes takes no
second factor, so that it is quick; to let them go on does."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from incidents.actions import freeze
from incidents.administration_forms import FreezeForm
from incidents.models import Freeze
from incidents.views.answers import shown_again
from incidents.views.environments import find_environment, require_proof
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_POST
def declare_freeze(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    values = typed(FreezeForm(request.POST))
    freeze.declare_freeze(
        actor=request.user,
        environment_id=row.pk,
        reason=values["reason"],
        starts_at=values["starts_at"],
        lasts=timedelta(hours=values["hours"]) if values["hours"] else None,
    )
    return shown_again(request, "environment", row.name)


@require_POST
def lift_freeze(request: PageRequest, name: str, freeze_id: int) -> HttpResponse:
    row = find_environment(request.user, name)
    get_object_or_404(Freeze, pk=freeze_id, environment=row)
    require_proof(request, row)
    freeze.lift_freeze(actor=request.user, freeze_id=freeze_id)
    return shown_again(request, "environment", row.name)
