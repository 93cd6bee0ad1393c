"""What surrounds every page: security policy, sessions, and refusals shown where they belong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

from incidents import source
from incidents.addresses import source_class
from incidents.refusal import Refused
from incidents.sign_in import sessions
from incidents.visible_text import readable_page

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(),"
        " serial=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "Cache-Control": "private, no-cache",
}


@sync_and_async_middleware
def content_security_policy(get_response: Sync | Async) -> Sync | Async:
    """No inline script or style, nothing from another host, on every answer."""
    if iscoroutinefunction(get_response):
        ask = cast("Async", get_response)

        async def answer(request: HttpRequest) -> HttpResponseBase:
            return _guarded(await ask(request))

        return answer
    reply = cast("Sync", get_response)

    def respond(request: HttpRequest) -> HttpResponseBase:
        return _guarded(reply(request))

    return respond


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    for name, text in HEADERS.items():
        response.headers.setdefault(name, text)
    patch_vary_headers(response, ["HX-Request"])
    if isinstance(response, HttpResponse) and response["Content-Type"].startswith("text/html"):
        _make_readable(response)
    return response


def _make_readable(response: HttpResponse) -> None:
    """Whoever wrote what a page shows: nothing in it reorders or hides other text."""
    content = readable_page(response.content)
    if content != response.content:
        response.content = content
        if response.has_header("Content-Length"):
            response["Content-Length"] = str(len(content))


@sync_and_async_middleware
def acting_from(get_response: Sync | Async) -> Sync | Async:
    """Whatever a request does is written down with where it came from."""
    if iscoroutinefunction(get_response):
        ask = cast("Async", get_response)

        async def answer(request: HttpRequest) -> HttpResponseBase:
            with source.acting_from(_origin(request)):
                return await ask(request)

        return answer
    reply = cast("Sync", get_response)

    def respond(request: HttpRequest) -> HttpResponseBase:
        with source.acting_from(_origin(request)):
            return reply(request)

    return respond


def _origin(request: HttpRequest) -> str:
    way_in = "api" if request.path.startswith("/api/") else "page"
    return f"{way_in}, {source_class(request)}"


class Refusals(MiddlewareMixin):
    """Pages pass through; a `Refused` that a view lets through becomes an answer in words."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return show_refusal(request, error) if isinstance(error, Refused) else None


@sync_and_async_middleware
def refusals(get_response: Sync) -> Refusals:
    return Refusals(get_response)


ASKED_BY_MACHINES = frozenset({"/health/live", "/health/ready"})


class HealthForStrangers(MiddlewareMixin):
    """Whether we are alive is answered alike to everybody, and so without asking the database who
    wants to know: it may be the one that is away."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path in ASKED_BY_MACHINES:
            request.COOKIES.clear()


@sync_and_async_middleware
def health_for_strangers(get_response: Sync) -> HealthForStrangers:
    return HealthForStrangers(get_response)


ASKED_BY_THE_PAGE = frozenset({"/notifications/bell/", "/approvals/link/"})
"""What every open page asks each minute by itself: that nobody is there does not show."""


class SeenSessions(MiddlewareMixin):
    """Keeps the list of a person's sessions true, and a session alive while it is used."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path not in ASKED_BY_THE_PAGE and request.user.is_authenticated:
            sessions.see(request)


@sync_and_async_middleware
def seen_sessions(get_response: Sync) -> SeenSessions:
    return SeenSessions(get_response)


def show_refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """For htmx a fragment for the slot inside the pressed form; else a page with a way back."""
    context = {
        "sentence": refused.sentence,
        "way": refused.way,
        "back": _way_back(request),
        "status": refused.status,
    }
    if getattr(request, "htmx", False):
        response = render(request, "_refusal.html", context, status=refused.status)
        response["HX-Retarget"] = "find [data-refusal]"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "refusal.html", context, status=refused.status)


def _way_back(request: HttpRequest) -> str:
    """The page the person came from, if it is one of ours."""
    referer = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}/"
    return "/" + referer.removeprefix(own).lstrip("/\\") if referer.startswith(own) else "/"
