"""What people do to the clocks of an incident: take up, put off, pause, say how bad it is."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from incidents import clock
from incidents.actions import mitigate as mitigating
from incidents.actions import pause as pausing
from incidents.actions import postpone as postponing
from incidents.actions import severity as severities
from incidents.actions import take_up
from incidents.forms import PostponeForm, ReasonForm, SeverityForm, WordsForm
from incidents.queries.health import silence_of_the_clock
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def acknowledge(request: PageRequest, level_id: int) -> HttpResponse:
    incident = find_incident(request.user, levels=level_id)
    take_up.acknowledge(actor=request.user, level_id=level_id)
    return answer(request, incident, panel="ladder")


@require_POST
def dismiss(request: PageRequest, level_id: int) -> HttpResponse:
    incident = find_incident(request.user, levels=level_id)
    reason = typed(ReasonForm(request.POST))["reason"]
    take_up.does_not_apply(actor=request.user, level_id=level_id, reason=reason)
    return answer(request, incident, panel="ladder")


@require_POST
def postpone(request: PageRequest, timer_id: int) -> HttpResponse:
    incident = find_incident(request.user, timers=timer_id)
    form = typed(PostponeForm(request.POST))
    postponing.postpone(
        actor=request.user,
        timer_id=timer_id,
        seconds=form["minutes"] * 60,
        reason=form["reason"],
    )
    return answer(request, incident, panel="ladder")


@require_POST
def pause(request: PageRequest, number: int) -> HttpResponse:
    reason = typed(ReasonForm(request.POST))["reason"]
    return _order(request, number, pausing.pause, panel="ladder", reason=reason)


@require_POST
def resume(request: PageRequest, number: int) -> HttpResponse:
    return _order(request, number, pausing.resume, panel="ladder")


@require_POST
def severity(request: PageRequest, number: int) -> HttpResponse:
    form = typed(SeverityForm(request.POST))
    return _order(request, number, severities.change_severity, panel="header", **form)


@require_POST
def mitigate(request: PageRequest, number: int) -> HttpResponse:
    words = typed(WordsForm(request.POST))["words"]
    return _order(request, number, mitigating.mitigate, panel="header", words=words)


@require_POST
def worsen(request: PageRequest, number: int) -> HttpResponse:
    words = typed(WordsForm(request.POST))["words"]
    return _order(request, number, mitigating.worsen, panel="header", words=words)


@require_GET
def silence(request: PageRequest) -> HttpResponse:
    """Whether a clock works, asked by every open room each minute: no news come from one that is
    silent."""
    words = silence_of_the_clock(now=clock.now())
    return render(request, "incidents/_silence.html", {"silence": words})


def _order(
    request: PageRequest,
    number: int,
    action: Callable[..., object],
    *,
    panel: str,
    **words: str,
) -> HttpResponse:
    person: User = request.user
    incident = find_incident(person, number=number)
    action(actor=person, incident_id=incident.pk, **words)
    return answer(request, find_incident(person, number=number), panel=panel)
