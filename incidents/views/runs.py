"""Asking for runs, stopping them, settling unknown ones, and reading what they printed."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from incidents.actions import execute, settle, stop, undo
from incidents.forms import AskForm, SettleForm
from incidents.models import Run
from incidents.queries.output import find_lines, read_page, whole_output
from incidents.views.answers import answer
from incidents.views.requests import PageRequest, find_incident, number_in
from incidents.views.typed import typed

LAST_LINE = 999_999_999


@require_POST
def request_run(request: PageRequest, command_id: int) -> HttpResponse:
    incident = find_incident(request.user, steps__commands=command_id)
    asked = typed(AskForm(request.POST))
    run = execute.request_run(
        actor=request.user,
        command_id=command_id,
        reason=asked["reason"],
        emergency_reason=asked["emergency_reason"],
    )
    return answer(request, incident, panel=f"step-{run.command.step_id}")


@require_POST
def run_diagnostics(request: PageRequest, phase_id: int) -> HttpResponse:
    incident = find_incident(request.user, phases=phase_id)
    execute.request_phase_diagnostics(actor=request.user, phase_id=phase_id)
    return answer(request, incident, panel=f"phase-{phase_id}")


@require_POST
def cancel_run(request: PageRequest, run_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs=run_id)
    run = stop.cancel_run(actor=request.user, run_id=run_id)
    return answer(request, incident, panel=f"step-{run.command.step_id}")


@require_POST
def settle_run(request: PageRequest, run_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs=run_id)
    words = typed(SettleForm(request.POST))
    run = settle.settle_unknown(
        actor=request.user,
        run_id=run_id,
        outcome=words["verdict"],
        reason=words["reason"],
    )
    return answer(request, incident, panel=f"step-{run.command.step_id}")


@require_POST
def look_again(request: PageRequest, run_id: int) -> HttpResponse:
    incident = find_incident(request.user, runs=run_id)
    run = settle.look_again(actor=request.user, run_id=run_id)
    return answer(request, incident, panel=f"step-{run.command.step_id}")


@require_POST
def request_undo(request: PageRequest, run_id: int) -> HttpResponse:
    """Asked for at the step or at its phase; the form names the panel that is to be drawn anew."""
    incident = find_incident(request.user, runs=run_id)
    asked = typed(AskForm(request.POST))
    run = undo.request_undo(
        actor=request.user,
        run_id=run_id,
        reason=asked["reason"],
        emergency_reason=asked["emergency_reason"],
    )
    return answer(request, incident, panel=f"step-{run.command.step_id}")


@require_GET
def run_output(request: PageRequest, run_id: int) -> HttpResponse:
    """A page of lines (`?before=N`, `?after=N`), lines that hold `?q=`, or all as text."""
    incident = find_incident(request.user, runs=run_id)
    run = Run.objects.select_related("command__step", "requested_by").get(pk=run_id)
    if "download" in request.GET:
        return _download(run, f"{incident.name.lower()}-run-{run.number}.txt")
    words = request.GET.get("q", "").replace("\x00", "").strip()
    edges = {"before": _number(request, "before"), "after": _number(request, "after")}
    context = {
        "incident": incident,
        "run": run,
        "page": read_page(run, **edges),
        "words": words,
        "found": find_lines(run, words) if words else (),
    }
    return render(request, "incidents/output.html", context)


def _download(run: Run, name: str) -> HttpResponse:
    response = HttpResponse(whole_output(run), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(request: PageRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    number = number_in(text)
    if number is None or number > LAST_LINE:
        raise Http404("No such line.")
    return number
