"""What administrators of the installation put on the status page: components and maintenance."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from incidents import permissions
from incidents.actions import catalogue, maintenance
from incidents.models import Maintenance, ServiceComponent
from incidents.refusal import Refused
from incidents.states import MaintenanceState
from incidents.status_forms import ComponentForm, MaintenanceForm, MoveForm
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed

NAME = "edit-status"


@require_GET
def edit(request: PageRequest) -> HttpResponse:
    if not permissions.is_superuser(request.user):
        raise Refused("Superusers edit the status page. Ask one of them.", status=403)
    ended = [MaintenanceState.COMPLETED, MaintenanceState.CANCELLED]
    works = Maintenance.objects.prefetch_related("components", "updates")
    context = {
        "components": list(ServiceComponent.objects.all()),
        "works": [(work, _moves(work)) for work in works.exclude(state__in=ended)],
        "over": works.filter(state__in=ended).order_by("-ends_at")[:10],
    }
    return render(request, "status/edit.html", context)


@require_POST
def add(request: PageRequest) -> HttpResponse:
    catalogue.add_component(actor=request.user, **typed(ComponentForm(request.POST)))
    return shown_again(request, NAME)


@require_POST
def change(request: PageRequest, component_id: int) -> HttpResponse:
    values = typed(ComponentForm(request.POST))
    catalogue.change_component(actor=request.user, component_id=component_id, **values)
    return shown_again(request, NAME)


@require_POST
def move(request: PageRequest, component_id: int) -> HttpResponse:
    is_up = request.POST.get("to") == "up"
    catalogue.move_component(actor=request.user, component_id=component_id, up=is_up)
    return shown_again(request, NAME)


@require_POST
def remove(request: PageRequest, component_id: int) -> HttpResponse:
    catalogue.remove_component(actor=request.user, component_id=component_id)
    return shown_again(request, NAME)


@require_POST
def plan(request: PageRequest) -> HttpResponse:
    values = typed(MaintenanceForm(request.POST))
    maintenance.plan_maintenance(actor=request.user, **values)
    return shown_again(request, NAME)


@require_POST
def move_work(request: PageRequest, maintenance_id: int) -> HttpResponse:
    values = typed(MoveForm(request.POST))
    maintenance.move_maintenance(actor=request.user, maintenance_id=maintenance_id, **values)
    return shown_again(request, NAME)


def _moves(work: Maintenance) -> list[MaintenanceState]:
    """What it may be next, the present state first: words alone leave it there."""
    now = MaintenanceState(work.state)
    return [now, *sorted(maintenance.MOVES[now], key=list(MaintenanceState).index)]
