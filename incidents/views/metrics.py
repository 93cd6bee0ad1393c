"""Numbers for a Prometheus server."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from incidents.queries.metrics import Numbers

REGISTRY = CollectorRegistry(auto_describe=False)
REGISTRY.register(Numbers())


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For people who are signed in, and for who brings the token of the settings."""
    if request.user.is_authenticated or _brings_token(request):
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
    if not settings.METRICS_TOKEN:
        return _said("There is nothing here without signing in.", status=404)
    return _said("Metrics need the token of RUNBOOK_METRICS_TOKEN as a bearer token.", status=403)


def _brings_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, settings.METRICS_TOKEN)


def _said(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
