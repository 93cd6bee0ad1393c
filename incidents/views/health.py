"""Whether this installation is alive, whether it is ready, and how the watched infrastructure is,
for machines that ask. Strangers learn what is well and what not, and no name, host or reason."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents import clock, permissions
from incidents.queries.health import Sign, read_signs
from incidents.queries.infrastructure_status import (
    WELL,
    ComponentStatus,
    EnvironmentStatus,
    Json,
    overall,
    read_statuses,
    worst,
)
from incidents.views.knowing import brings_metrics_token, person_of_cookie, person_of_token
from incidents.views.requests import PublicRequest
from runbook.health.report import Finding

_TOLD = ("resource", "expectation", "expected", "found", "verdict", "severity", "message")
_TO_DO = ("action", "fix")


@login_not_required
@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """503 when any part is not well; `age` is seconds since its last sign of life, null
    without one. `detail` says why, to people who are signed in and to who brings a token."""
    signs = read_signs(now=clock.now())
    is_ready = all(sign.is_well for sign in signs)
    knows = _knows(request, signs)
    return JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "parts": {sign.name: _part(sign, knows=knows) for sign in signs},
        },
        status=200 if is_ready else 503,
    )


def _knows(request: HttpRequest, signs: list[Sign]) -> bool:
    """Asks the database only where it answers."""
    if brings_metrics_token(request):
        return True
    if not all(sign.is_well for sign in signs if sign.name == "database"):
        return False
    return bool(person_of_token(request) or person_of_cookie(request))


def _part(sign: Sign, *, knows: bool) -> Json:
    known: Json = {"ok": sign.is_well, "age": sign.age}
    return known | {"detail": sign.detail} if knows else known


@login_not_required
@require_safe
@never_cache
def infrastructure(request: PublicRequest) -> JsonResponse:
    """503 when something watched is critical, or how it stands is not known any more."""
    now = clock.now()
    found = read_statuses(now=now)
    person = request.user if isinstance(request.user, User) else person_of_token(request)
    if brings_metrics_token(request):
        shown = _for_who_knows(found, now)
    elif person is not None:
        seen = set(permissions.visible_environments(person).values_list("pk", flat=True))
        found = tuple(one for one in found if one.pk in seen)
        shown = _for_who_knows(found, now)
    else:
        shown = _for_strangers(found, now)
    status = overall(found)
    return JsonResponse({"status": status} | shown, status=200 if status in WELL else 503)


def _for_strangers(found: tuple[EnvironmentStatus, ...], now: datetime) -> Json:
    """Parts by their title, each as the worst of all environments, and how old the oldest is."""
    watched = [one for one in found if one.is_watched]
    ages = [age for age in (_age(one.checked_at, now) for one in watched) if age is not None]
    parts = [component for one in watched for component in one.components]
    titles = dict.fromkeys(component.title for component in parts)
    return {
        "age": max(ages, default=None),
        "components": [
            {"title": title, "status": worst(one.status for one in parts if one.title == title)}
            for title in titles
        ],
    }


def _for_who_knows(found: tuple[EnvironmentStatus, ...], now: datetime) -> Json:
    return {"environments": [_environment(one, now) for one in found]}


def _environment(one: EnvironmentStatus, now: datetime) -> Json:
    return {
        "name": one.name,
        "status": one.status,
        "is_watched": one.is_watched,
        "is_stale": one.is_stale,
        "age": _age(one.checked_at, now),
        "since": one.since.isoformat() if one.since else None,
        "verdict": one.verdict,
        "because": one.because,
        "components": [_component(component) for component in one.components],
    }


def _component(one: ComponentStatus) -> Json:
    return {
        "area": one.area,
        "title": one.title,
        "status": one.status,
        "unchecked": one.unchecked,
        "findings": [_finding(finding) for finding in one.open],
    }


def _finding(one: Finding) -> Json:
    fields = asdict(one)
    told = {name: fields[name] for name in _TOLD}
    return told | {name: fields[name] for name in _TO_DO if fields[name]}


def _age(at: datetime | None, now: datetime) -> float | None:
    return round((now - at).total_seconds(), 1) if at else None
