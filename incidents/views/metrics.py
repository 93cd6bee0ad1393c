"""Numbers for a Prometheus server."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from incidents import permissions
from incidents.queries.metrics import Numbers
from incidents.queries.metrics_of_work import WorkNumbers
from incidents.views.knowing import brings_metrics_token

REGISTRY = CollectorRegistry(auto_describe=False)
REGISTRY.register(Numbers())
REGISTRY.register(WorkNumbers())


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For administrators, and for who brings the token of the settings: numbers of environments
    that somebody may not see are among them."""
    may_read = brings_metrics_token(request) or permissions.is_administrator_somewhere(request.user)
    if may_read:
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
    if request.user.is_authenticated:
        return _said("Metrics are for administrators and for the monitoring.", status=403)
    if not settings.METRICS_TOKEN:
        return _said("There is nothing here without signing in.", status=404)
    return _said("Metrics need the token of RUNBOOK_METRICS_TOKEN as a bearer token.", status=403)


def _said(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
