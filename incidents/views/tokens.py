"""A person's own API tokens; a new one is shown once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import clock, permissions, second_factor
from incidents.actions import tokens as acting
from incidents.administration_forms import TokenForm
from incidents.models import ApiToken
from incidents.refusal import Refused, Way
from incidents.states import Scope
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@require_GET
def tokens(request: PageRequest) -> HttpResponse:
    return _page(request)


@never_cache
@require_POST
def create(request: PageRequest) -> HttpResponse:
    """The list again, with the new token on top of it this once. A token outlives the session that
    made it, so who makes one shows first who they are."""
    _require_proof(request)
    values = typed(TokenForm(request.POST))
    made, secret = acting.create_token(actor=request.user, **values)
    return _page(request, made=made, secret=secret)


@require_POST
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    acting.revoke_token(actor=request.user, token_id=token_id)
    return shown_again(request, "tokens")


def _require_proof(request: PageRequest) -> None:
    """By second factor where there is one, else by having signed in just now: a session that
    somebody found or stole makes nothing that lasts longer than itself."""
    is_enrolled = second_factor.is_enrolled(request.user)
    look = second_factor.proven_at if is_enrolled else second_factor.signed_in_at
    if second_factor.is_fresh(look(request)):
        return
    words, way = _to_prove(request.user, is_enrolled=is_enrolled)
    raise Refused(f"{words}, then make the token.", status=403, way=way)


def _to_prove(person: User, *, is_enrolled: bool) -> tuple[str, Way | None]:
    here = reverse("tokens")
    if is_enrolled:
        return "Confirm with your second factor", second_factor.way_to_prove(here)
    if person.has_usable_password():
        return "Confirm with your password", second_factor.way_to_confirm(here)
    return "Sign out and in again", None


def _page(request: PageRequest, **new: object) -> HttpResponse:
    own = ApiToken.objects.filter(person=request.user)
    context = {"tokens": own, "scopes": Scope, "now": clock.now(), **new}
    return render(request, "account/tokens.html", context | {"opens": _opens(request.user)})


def _opens(person: User) -> bool:
    """Whether a token of the person's may read anything at all."""
    return permissions.memberships_of(person).exists() or permissions.is_superuser(person)
