"""How an environment is watched: set, and what was found accepted as usual."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from incidents.actions import monitor
from incidents.administration_forms import MonitorForm
from incidents.models import HealthCheck
from incidents.views.answers import shown_again
from incidents.views.environments import find_environment
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_POST
def set_monitor(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    settings = monitor.Settings(**typed(MonitorForm(request.POST)))
    monitor.set_monitor(actor=request.user, environment_id=row.pk, settings=settings)
    return shown_again(request, "environment", row.name)


@require_POST
def accept_drift(request: PageRequest, name: str, check_id: int) -> HttpResponse:
    row = find_environment(request.user, name)
    get_object_or_404(HealthCheck, pk=check_id, environment=row)
    monitor.accept_drift(actor=request.user, check_id=check_id)
    return shown_again(request, "health-of", row.name)
