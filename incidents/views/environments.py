"""Environments: which there are, what each is, who is in it, and when it may be changed."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import clock, permissions, second_factor
from incidents.actions import environments as changing
from incidents.actions import roles
from incidents.administration_forms import (
    WEEKDAYS,
    EnvironmentForm,
    GrantForm,
    NewEnvironmentForm,
    form_of,
)
from incidents.models import Environment, Membership
from incidents.queries import environments as read
from incidents.queries.monitors import read_watching
from incidents.refusal import Refused, Way
from incidents.states import Role
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed
from incidents.windows import why_closed


@require_GET
def environments(request: PageRequest) -> HttpResponse:
    found = read.list_environments(permissions.visible_environments(request.user))
    may_add = permissions.is_superuser(request.user)
    context = {"environments": found, "may_add": may_add}
    return render(request, "environments/environments.html", context)


@require_POST
def add(request: PageRequest) -> HttpResponse:
    values = typed(NewEnvironmentForm(request.POST))
    made = changing.create_environment(actor=request.user, **values)
    address = reverse("environment", args=[made.name])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_GET
def environment(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    now = clock.now()
    context = {
        "environment": row,
        "may_change": permissions.may_administer(person=request.user, environment=row),
        "may_freeze": may_freeze(request.user, row),
        "form": form_of(row),
        "seen": changing.digest_of(row),
        "members": read.members_of(row),
        "roles": Role,
        "groups": Group.objects.order_by("name"),
        "people": User.objects.filter(is_active=True).order_by("username"),
        "windows": read.windows_of(row),
        "weekdays": list(enumerate(WEEKDAYS)),
        "closed": why_closed(row, now),
        "now": now,
        "freezes": [(freeze, read.has_ended(freeze, now)) for freeze in read.freezes_of(row, now)],
        "entries": read.entries_about(row),
        "watching": read_watching(row),
        "way_to_prove": _way_to_prove(request, row),
    }
    return render(request, "environments/environment.html", context)


@require_POST
def change(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    require_proof(request, row)
    values = typed(EnvironmentForm(request.POST))
    changing.change_environment(
        actor=request.user,
        environment_id=row.pk,
        values=values,
        seen=request.POST.get("seen", ""),
    )
    return shown_again(request, "environment", row.name)


@require_POST
def grant(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    require_proof(request, row)
    form = GrantForm(request.POST)
    role = Role(typed(form)["role"])
    holder = form.found()
    if holder is None:
        raise Refused("That person or group is not there any more.", status=404)
    roles.grant_role(actor=request.user, environment_id=row.pk, holder=holder, role=role)
    return shown_again(request, "environment", row.name)


@require_POST
def revoke(request: PageRequest, name: str, membership_id: int) -> HttpResponse:
    row = find_environment(request.user, name)
    get_object_or_404(Membership, pk=membership_id, environment=row)
    require_proof(request, row)
    roles.revoke_role(actor=request.user, membership_id=membership_id)
    return shown_again(request, "environment", row.name)


def find_environment(person: User, name: str) -> Environment:
    """The environment, or 404 for those who hold no role in it."""
    return get_object_or_404(permissions.visible_environments(person), name=name)


def require_proof(request: PageRequest, environment: Environment) -> None:
    """What keeps a protected environment safe, and who may approve there, is not for a session that
    somebody found. Who may change nothing is told so by the action."""
    if environment.is_protected and may_freeze(request.user, environment):
        second_factor.require_proof(
            request,
            back=reverse("environment", args=[environment.name]),
            why=f"{environment} is protected. ",
        )


def _way_to_prove(request: PageRequest, environment: Environment) -> Way | None:
    """So that one who may change it can confirm before they type."""
    may_change = environment.is_protected and may_freeze(request.user, environment)
    if not may_change or not second_factor.is_missing(request):
        return None
    return second_factor.way_to_prove(reverse("environment", args=[environment.name]))


def may_freeze(person: User, environment: Environment) -> bool:
    """Commanders and administrators stop changes; superusers too."""
    held = permissions.roles_in(person=person, environment=environment)
    return bool(held & permissions.COMMANDING) or permissions.is_superuser(person)
