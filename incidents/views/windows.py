"""The change windows of an environment."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from incidents.actions import change_windows
from incidents.administration_forms import WindowForm
from incidents.models import ChangeWindow
from incidents.views.answers import shown_again
from incidents.views.environments import find_environment, require_proof
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_POST
def add_window(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    require_proof(request, row)
    values = typed(WindowForm(request.POST))
    change_windows.add_window(actor=request.user, environment_id=row.pk, **values)
    return shown_again(request, "environment", row.name)


@require_POST
def remove_window(request: PageRequest, name: str, window_id: int) -> HttpResponse:
    row = find_environment(request.user, name)
    get_object_or_404(ChangeWindow, pk=window_id, environment=row)
    require_proof(request, row)
    change_windows.remove_window(actor=request.user, window_id=window_id)
    return shown_again(request, "environment", row.name)
