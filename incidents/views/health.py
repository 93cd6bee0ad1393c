"""Whether this installation is alive, and whether it is ready, for machines that ask."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents import clock
from incidents.queries.health import read_signs


@login_not_required
@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """503 when any part is not well; `age` is seconds since a process last said that it works."""
    signs = read_signs(now=clock.now())
    is_ready = all(sign.is_well for sign in signs)
    parts = {
        sign.name: {"ok": sign.is_well, "age": sign.age, "detail": sign.detail} for sign in signs
    }
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "parts": parts},
        status=200 if is_ready else 503,
    )
