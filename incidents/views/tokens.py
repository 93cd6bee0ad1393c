"""A person's own API tokens; a new one is shown once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import clock
from incidents.actions import tokens as acting
from incidents.administration_forms import TokenForm
from incidents.models import ApiToken
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
    """The list again, with the new token on top of it this once."""
    values = typed(TokenForm(request.POST))
    made, secret = acting.create_token(actor=request.user, **values)
    return _page(request, made=made, secret=secret)


@require_POST
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    acting.revoke_token(actor=request.user, token_id=token_id)
    return shown_again(request, "tokens")


def _page(request: PageRequest, **new: object) -> HttpResponse:
    own = ApiToken.objects.filter(person=request.user)
    context = {"tokens": own, "scopes": Scope, "now": clock.now(), **new}
    return render(request, "account/tokens.html", context)
