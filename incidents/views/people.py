"""Groups and accounts of people, for superusers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import permissions, second_factor
from incidents.actions import groups as grouping
from incidents.actions import people as accounts
from incidents.administration_forms import NameForm, NewPersonForm, PersonChoiceForm
from incidents.queries import environments as read
from incidents.sign_in import throttle
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_GET
def groups(request: PageRequest) -> HttpResponse:
    permissions.require_superuser(person=request.user, what="look after groups")
    people = User.objects.filter(is_active=True).order_by("username")
    context = {"groups": read.list_groups(), "people": people}
    return render(request, "people/groups.html", context)


@require_POST
def add_group(request: PageRequest) -> HttpResponse:
    grouping.create_group(actor=request.user, name=typed(NameForm(request.POST))["name"])
    return shown_again(request, "groups")


@require_POST
def delete_group(request: PageRequest, group_id: int) -> HttpResponse:
    grouping.delete_group(actor=request.user, group_id=group_id)
    return shown_again(request, "groups")


@require_POST
def add_to_group(request: PageRequest, group_id: int) -> HttpResponse:
    _require_proof(request, page="groups")
    person = typed(PersonChoiceForm(request.POST))["person"]
    grouping.add_to_group(actor=request.user, group_id=group_id, person=person)
    return shown_again(request, "groups")


@require_POST
def remove_from_group(request: PageRequest, group_id: int, person_id: int) -> HttpResponse:
    _require_proof(request, page="groups")
    person = get_object_or_404(User, pk=person_id)
    grouping.remove_from_group(actor=request.user, group_id=group_id, person=person)
    return shown_again(request, "groups")


@require_GET
def people(request: PageRequest) -> HttpResponse:
    """`?q=` finds by name."""
    permissions.require_superuser(person=request.user, what="look after accounts")
    words = request.GET.get("q", "").replace("\x00", "").strip()
    context = {
        "accounts": read.find_people(words),
        "words": words,
        "entries": read.entries_about(None),
    }
    return render(request, "people/people.html", context)


@never_cache
@require_POST
def add_person(request: PageRequest) -> HttpResponse:
    _require_proof(request)
    values = typed(NewPersonForm(request.POST))
    person, password = accounts.create_person(actor=request.user, **values)
    return _password(request, person, password)


@never_cache
@require_POST
def give_new_password(request: PageRequest, person_id: int) -> HttpResponse:
    _require_proof(request)
    given = accounts.give_new_password(actor=request.user, person_id=person_id)
    return _password(request, given.person, given.password, ended=True, revoked=given.revoked)


@require_POST
def deactivate(request: PageRequest, person_id: int) -> HttpResponse:
    return _done(request, accounts.deactivate_person, person_id)


@require_POST
def activate(request: PageRequest, person_id: int) -> HttpResponse:
    return _done(request, accounts.activate_person, person_id)


@require_POST
def remove_second_factors(request: PageRequest, person_id: int) -> HttpResponse:
    _require_proof(request)
    return _done(request, accounts.remove_second_factors, person_id)


@require_POST
def set_superuser(request: PageRequest, person_id: int) -> HttpResponse:
    """`is_superuser=yes` makes one, anything else ends it."""
    _require_proof(request)
    accounts.set_superuser(
        actor=request.user,
        person_id=person_id,
        is_superuser=request.POST.get("is_superuser") == "yes",
    )
    return shown_again(request, "people")


@require_POST
def let_try_again(request: PageRequest, person_id: int) -> HttpResponse:
    person = accounts.let_try_again(actor=request.user, person_id=person_id)
    throttle.forgive(request, username=person.get_username(), person_id=person.pk)
    return shown_again(request, "people")


def _require_proof(request: PageRequest, *, page: str = "people") -> None:
    """Who can act as somebody else, or let others do so, could approve alone: a superuser's session
    that somebody found must not be enough where there is a second factor."""
    if permissions.is_superuser(request.user):
        second_factor.require_proof(request, back=reverse(page))


def _done(request: PageRequest, action: Callable[..., User], person_id: int) -> HttpResponse:
    action(actor=request.user, person_id=person_id)
    return shown_again(request, "people")


def _password(
    request: PageRequest, person: User, password: str, **what_ended: object
) -> HttpResponse:
    """The one page that shows it; it is kept nowhere."""
    context = {"person": person, "password": password, **what_ended}
    return render(request, "people/password.html", context)
