"""Rotas: who is on call, who comes next, and changing that."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import clock, permissions
from incidents.actions import rota_overrides as overriding
from incidents.actions import rotas as changing
from incidents.models import Rota, RotaOverride
from incidents.notification_forms import NewRotaForm, OverrideForm, RotaForm
from incidents.queries.rotas import list_rotas, read_rota
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_GET
def rotas(request: PageRequest) -> HttpResponse:
    """Who is on call is no secret to anybody who works here."""
    now = clock.now()
    context = {
        "rotas": list_rotas(now=now),
        "now": now,
        "may_change": permissions.is_superuser(request.user),
    }
    return render(request, "rotas/rotas.html", context)


@require_GET
def rota(request: PageRequest, name: str) -> HttpResponse:
    now = clock.now()
    seen = read_rota(name, now=now)
    if seen is None:
        raise Http404("No such rota.")
    context = {
        "seen": seen,
        "now": now,
        "may_change": permissions.is_superuser(request.user),
        "may_override": overriding.may_override(person=request.user, rota=seen.rota),
        "people": User.objects.filter(is_active=True).order_by("username"),
    }
    return render(request, "rotas/rota.html", context)


@require_POST
def add(request: PageRequest) -> HttpResponse:
    values = typed(NewRotaForm(request.POST))
    name = values.pop("name")
    made = changing.create_rota(actor=request.user, name=name, turns=changing.Turns(**values))
    return _go(request, reverse("rota", args=[made.name]))


@require_POST
def change(request: PageRequest, name: str) -> HttpResponse:
    row = get_object_or_404(Rota, name=name)
    turns = changing.Turns(**typed(RotaForm(request.POST)))
    changing.change_rota(actor=request.user, rota_id=row.pk, turns=turns)
    return shown_again(request, "rota", name)


@require_POST
def delete(request: PageRequest, name: str) -> HttpResponse:
    row = get_object_or_404(Rota, name=name)
    changing.delete_rota(actor=request.user, rota_id=row.pk)
    return _go(request, reverse("rotas"))


@require_POST
def add_override(request: PageRequest, name: str) -> HttpResponse:
    row = get_object_or_404(Rota, name=name)
    values: dict[str, Any] = typed(OverrideForm(request.POST, zone=row.time_zone))  # Any: a form's
    overriding.add_override(actor=request.user, rota_id=row.pk, **values)
    return shown_again(request, "rota", name)


@require_POST
def remove_override(request: PageRequest, name: str, override_id: int) -> HttpResponse:
    get_object_or_404(RotaOverride, pk=override_id, rota__name=name)
    overriding.remove_override(actor=request.user, override_id=override_id)
    return shown_again(request, "rota", name)


def _go(request: PageRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
