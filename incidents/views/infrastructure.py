"""The health of environments: what was found, how it goes over time, and looking again now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import clock, permissions
from incidents.actions import check_health, propose_fixes
from incidents.health_states import HealthCause
from incidents.models import Environment, HealthCheck
from incidents.queries.environment_health.drawing import read_drawing
from incidents.queries.environment_health.history import read_history
from incidents.queries.environment_health.matrix import read_matrix
from incidents.queries.environment_health.numbers import read_numbers
from incidents.queries.environment_health.page import read_health
from incidents.queries.environment_health.standing import read_standing, read_standings, sentence_of
from incidents.queries.environment_health.strip import read_strips
from incidents.queries.environment_health.trends import (
    RANGES,
    metric_named,
    metrics_of,
    read_trend,
    was_ever_measured,
)
from incidents.queries.mending import open_mending
from incidents.refusal import Refused, Way
from incidents.states import Role
from incidents.views.answers import room_url
from incidents.views.environments import find_environment
from incidents.views.panels import Context
from incidents.views.requests import PageRequest, number_in

USUAL_RANGE = "24h"
LONGEST = timedelta(days=3700)


@require_GET
def overview(request: PageRequest) -> HttpResponse:
    now = clock.now()
    environments = permissions.visible_environments(request.user)
    standings = read_standings(environments, now=now)
    strips = read_strips([one.environment.pk for one in standings], now=now)
    context = {"cards": [(one, strips.get(one.environment.pk)) for one in standings], "now": now}
    template = "health/_overview.html" if request.htmx else "health/overview.html"
    return render(request, template, context)


@require_GET
def environment(request: PageRequest, name: str) -> HttpResponse:
    """`?since=` is one of `RANGES`, for the trends; `?before=` goes on with older checks."""
    row = find_environment(request.user, name)
    template = "health/_environment.html" if request.htmx else "health/environment.html"
    return render(request, template, _context(request, row))


@require_POST
def run(request: PageRequest, name: str) -> HttpResponse:
    row = find_environment(request.user, name)
    check_health.ask(actor=request.user, environment=row, cause=HealthCause.HAND)
    if request.htmx:
        return render(request, "health/_environment.html", _context(request, row))
    return redirect("health-of", row.name)


@require_POST
def propose(request: PageRequest, name: str) -> HttpResponse:
    """What would mend the newest check's findings, as an incident whose changes wait. Where not all
    of them could be asked for, the words that say why lead to it."""
    row = find_environment(request.user, name)
    newest = read_standing(row, now=clock.now())
    if newest.matrix is None:
        raise Refused(f"{row} has no report to propose fixes from. Run a check first.")
    proposal = propose_fixes.propose(
        actor=request.user, environment=row, report=newest.matrix.report
    )
    address = room_url(proposal.incident)
    if proposal.refused:
        raise Refused(proposal.refused, way=Way(f"Open {proposal.incident.name}", address))
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_GET
def check(request: PageRequest, name: str, check_id: int) -> HttpResponse:
    row = find_environment(request.user, name)
    rows = HealthCheck.objects.filter(environment=row)
    found = get_object_or_404(rows.select_related("requested_by", "incident"), pk=check_id)
    context = {
        "environment": row,
        "check": found,
        "matrix": read_matrix(found.report) if found.report else None,
        "sentence": sentence_of(found) if found.status else "",
        "may_see_incident": _may_see(request, found),
        "older": rows.filter(pk__lt=found.pk).order_by("-pk").values_list("pk", flat=True).first(),
        "newer": rows.filter(pk__gt=found.pk).order_by("pk").values_list("pk", flat=True).first(),
    }
    template = "health/_check.html" if request.htmx else "health/check.html"
    return render(request, template, context)


@require_GET
def series(request: PageRequest, name: str) -> JsonResponse:
    """`?metric=` over `?since=`: one of `RANGES`, or an RFC 3339 time."""
    row = find_environment(request.user, name)
    now = clock.now()
    since = _since(request.GET.get("since", ""), now)
    metric = _printable(request, "metric")
    if since is None or not metric:
        sentence = f"Name a metric, and since when: a time, or one of {', '.join(RANGES)}."
        return JsonResponse({"error": sentence}, status=422)
    newest = read_standing(row, now=now).check
    drawing = read_drawing(
        row,
        metric=metric,
        numbers=read_numbers(row, newest),
        incidents=permissions.visible_incidents(request.user),
        since=since,
        until=now,
    )
    return JsonResponse(drawing)


@require_GET
def trend(request: PageRequest, name: str) -> HttpResponse:
    """One metric at one subject, large and as a table."""
    row = find_environment(request.user, name)
    now, chosen = clock.now(), _range(request)
    metric, subject = (_printable(request, name) for name in ("metric", "subject"))
    found = read_trend(
        row,
        metric=metric,
        subject=subject,
        since=now - RANGES[chosen],
        until=now,
    )
    if found is None and not was_ever_measured(row, metric):
        raise Http404("Nothing of that name was ever measured.")
    newest = read_standing(row, now=now).check
    context = {
        "environment": row,
        "named": metric_named(metric, metrics_of(row)),
        "subject": found.trend.subject if found else subject,
        "found": found,
        "numbers": [one for one in read_numbers(row, newest) if one.metric == metric],
    }
    return render(request, "health/trend.html", context | _ranges(chosen))


def _printable(request: PageRequest, name: str) -> str:
    """Nothing has a name of other letters, and not every database may be asked for them."""
    given = request.GET.get(name, "")
    return given if given.isprintable() else ""


def _may_see(request: PageRequest, found: HealthCheck) -> bool:
    visible = permissions.visible_incidents(request.user)
    return found.incident is not None and visible.filter(pk=found.incident.pk).exists()


def _context(request: PageRequest, row: Environment) -> Context:
    now, chosen = clock.now(), _range(request)
    before = number_in(request.GET.get("before", ""))
    visible = permissions.visible_incidents(request.user)
    held = permissions.roles_in(person=request.user, environment=row)
    is_superuser = permissions.is_superuser(request.user)
    wanted = {"since": chosen} | ({} if before is None else {"before": before})
    return {
        "environment": row,
        "address": f"{reverse('health-of', args=[row.name])}?{urlencode(wanted)}",
        "seen": read_health(row, since=now - RANGES[chosen], now=now),
        "history": read_history(row, incidents=visible, before=before),
        "may_run": bool(held & permissions.WORKING) or is_superuser,
        "may_propose": bool(held & permissions.COMMANDING),
        "mending": open_mending(row).first(),
        "may_accept": Role.ADMINISTRATOR in held or is_superuser,
        "now": now,
    } | _ranges(chosen)


def _ranges(chosen: str) -> Context:
    return {"ranges": list(RANGES), "chosen": chosen}


def _range(request: PageRequest) -> str:
    asked = request.GET.get("since", "")
    return asked if asked in RANGES else USUAL_RANGE


def _since(asked: str, now: datetime) -> datetime | None:
    """None for what is no time, or one to come, or longer ago than anything is kept."""
    if asked in RANGES:
        return now - RANGES[asked]
    try:
        at = parse_datetime(asked)
    except ValueError:
        return None
    is_known = at is not None and at.tzinfo is not None and timedelta(0) < now - at < LONGEST
    return at if is_known else None
