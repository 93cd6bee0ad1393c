"""Who may know more than a stranger: people who are signed in, and programs with a token."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare

from incidents.actions.tokens import PREFIX, use_token
from incidents.refusal import Refused
from incidents.states import Scope


def brings_metrics_token(request: HttpRequest) -> bool:
    given = _bearer(request)
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, settings.METRICS_TOKEN)


def person_of_token(request: HttpRequest) -> User | None:
    """Whose API token was sent, when it may read."""
    given = _bearer(request)
    if not given.startswith(PREFIX):
        return None
    try:
        token = use_token(given)
    except Refused:
        return None
    return token.person if Scope.READ in token.scopes else None


def person_of_cookie(request: HttpRequest) -> User | None:
    """Who is signed in, for an address whose cookies the middleware leaves aside: call it only
    where the database is known to answer."""
    cookies = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    person = auth.get_user(request)
    return person if isinstance(person, User) else None


def _bearer(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""
