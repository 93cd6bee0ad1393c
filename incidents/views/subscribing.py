"""Subscribing to the status page, confirming it and leaving again, for anybody."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from incidents.actions.subscribe import confirm as say_yes
from incidents.actions.subscribe import leave as say_no
from incidents.actions.subscribe import subscribe as ask
from incidents.queries.subscribers import by_token
from incidents.refusal import Refused
from incidents.states import SubscriberKind
from incidents.status_forms import SubscribeForm
from incidents.views.requests import PublicRequest
from incidents.views.typed import typed

RATES = {"from": "10/h/ip", "of": "3/h/key"}
"""How often one place may ask, and how often one address may be asked about."""


@login_not_required
@require_http_methods(["GET", "POST"])
def subscribe(request: PublicRequest) -> HttpResponse:
    """The answer is the same whether the address is known or not."""
    if request.method == "POST":
        values = typed(SubscribeForm(request.POST))
        _require_patience(request, values["address"])
        ask(kind=SubscriberKind(values["kind"]), address=values["address"])
        return redirect("subscribed")
    context = {
        "name": settings.STATUS_PAGE_NAME,
        "feed": settings.PUBLIC_URL + reverse("status-feed"),
    }
    return render(
        request, "status/subscribe.html", context | {"is_open": settings.STATUS_PAGE_IS_PUBLIC}
    )


@login_not_required
@require_GET
def subscribed(request: PublicRequest) -> HttpResponse:
    return render(request, "status/subscribed.html", {"name": settings.STATUS_PAGE_NAME})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def confirm(request: PublicRequest, token: str) -> HttpResponse:
    """Looking at the page confirms nothing: scanners of mail open links too. The token in the
    address is the permission, so a form of another site could forge nothing."""
    if request.method == "GET":
        return _question(request, token, "status/confirm.html")
    subscriber, key = say_yes(token)
    if subscriber.kind == SubscriberKind.WEBHOOK:
        return JsonResponse({"confirmed": True, "signing_key": key or None})
    return render(request, "status/confirmed.html", {"name": settings.STATUS_PAGE_NAME})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def leave(request: PublicRequest, token: str) -> HttpResponse:
    """Mail programs send the POST themselves (RFC 8058)."""
    if request.method == "GET":
        return _question(request, token, "status/leave.html")
    say_no(token)
    return render(request, "status/left.html", {"name": settings.STATUS_PAGE_NAME})


def _question(request: PublicRequest, token: str, template: str) -> HttpResponse:
    context = {"name": settings.STATUS_PAGE_NAME, "subscriber": by_token(token), "token": token}
    return render(request, template, context)


def _require_patience(request: PublicRequest, address: str) -> None:
    allowed = [
        ratelimit.consume(request, app="incidents.status", action=action, config=RATES, key=address)
        for action in RATES
    ]
    if not all(allowed):
        raise Refused(
            "Too many addresses were subscribed from here, or this one too often. Try again in an"
            " hour.",
            status=429,
        )
