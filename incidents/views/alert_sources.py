"""Systems that post alerts: added, set up, switched and removed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import clock, permissions
from incidents.actions import alert_sources as acting
from incidents.alert_forms import SecretForm, SourceChangeForm, SourceForm
from incidents.models import Environment
from incidents.queries.alerts import sources as all_sources
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed


@never_cache
@require_GET
def sources(request: PageRequest) -> HttpResponse:
    return _render(request)


@never_cache
@require_POST
def add(request: PageRequest) -> HttpResponse:
    """The list again with the new source and, this once, its token."""
    values = typed(SourceForm(request.POST))
    environment: Environment | None = values.pop("environment")
    made, token = acting.create_source(
        actor=request.user, environment_id=environment.pk if environment else None, **values
    )
    return _render(request, made=made, token=token)


@never_cache
@require_POST
def rotate(request: PageRequest, source_id: int) -> HttpResponse:
    made, token = acting.rotate_token(actor=request.user, source_id=source_id)
    return _render(request, made=made, token=token)


@require_POST
def change(request: PageRequest, source_id: int) -> HttpResponse:
    values = typed(SourceChangeForm(request.POST))
    environment: Environment | None = values["environment"]
    acting.change_source(
        actor=request.user,
        source_id=source_id,
        is_on=values["is_on"],
        environment_id=environment.pk if environment else None,
    )
    return shown_again(request, "alert-sources")


@require_POST
def set_secret(request: PageRequest, source_id: int) -> HttpResponse:
    secret = typed(SecretForm(request.POST))["secret"]
    acting.set_secret(actor=request.user, source_id=source_id, secret=secret)
    return shown_again(request, "alert-sources")


@require_POST
def remove(request: PageRequest, source_id: int) -> HttpResponse:
    acting.remove_source(actor=request.user, source_id=source_id)
    return shown_again(request, "alert-sources")


def _render(request: PageRequest, **new: object) -> HttpResponse:
    visible = permissions.visible_environments(request.user)
    context = {
        "sources": all_sources(visible),
        "environments": visible.order_by("name"),
        "kinds": acting.POSTING,
        "may_change": permissions.is_superuser(request.user),
        "base": request.build_absolute_uri("/").rstrip("/"),
        "now": clock.now(),
        **new,
    }
    page = "alerts/_sources.html" if request.htmx else "alerts/sources.html"
    return render(request, page, context)
