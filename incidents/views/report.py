"""The report of an incident: read, written section by section, exported."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from incidents import clock, permissions
from incidents.actions import report as acts
from incidents.actions.declare import open_runbook
from incidents.models import Incident, ReportRevision
from incidents.queries.report.facts import read_facts
from incidents.queries.report.follow_ups import ideas, read_follow_ups
from incidents.queries.report.phases import strips
from incidents.queries.report.sections import (
    Part,
    PartDifference,
    differences,
    drafted_part,
    newest_revision,
    revision_numbered,
    written_part,
)
from incidents.queries.report.whole import read_report, read_standing
from incidents.report_forms import RestoreForm, SectionForm, SeenForm
from incidents.states import ReportSection
from incidents.views.panels import Context
from incidents.views.requests import PageRequest, find_incident, number_in
from incidents.views.typed import typed


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody else saved meanwhile, and what this person typed."""

    sentence: str
    theirs: ReportRevision
    difference: PartDifference | None
    words: str


@require_GET
def report(request: PageRequest, number: int) -> HttpResponse:
    """`?edit=SECTION` opens a section for writing, for who has no scripts."""
    incident = find_incident(request.user, number=number)
    return _page(request, incident, edit=request.GET.get("edit", ""))


@require_GET
def section(request: PageRequest, number: int, name: str) -> HttpResponse:
    """One section, with `?edit` open for writing."""
    incident = find_incident(request.user, number=number)
    is_edited = "edit" in request.GET
    return render(request, "report/_section.html", _section(request, incident, name, is_edited))


@require_GET
def standing(request: PageRequest, number: int) -> HttpResponse:
    """How far the report has come, when it is due, and what may be done with it."""
    incident = find_incident(request.user, number=number)
    return render(request, "report/_standing.html", _standing(request, incident))


@require_GET
def revisions(request: PageRequest, number: int) -> HttpResponse:
    """All revisions, and with `?old=1&new=3` what moved between two of them."""
    incident = find_incident(request.user, number=number)
    rows = list(incident.reports.select_related("author"))
    new = _chosen(incident, request.GET.get("new", "")) or (rows[0] if rows else None)
    old = _chosen(incident, request.GET.get("old", ""))
    if new and not old:
        old = revision_numbered(incident, new.number - 1)
    context = {
        "incident": incident,
        "revisions": rows,
        "new": new,
        "old": old,
        "differences": differences(old, new),
        "newest": rows[0] if rows else None,
        "can": permissions.abilities(person=request.user, incident=incident),
    }
    return render(request, "report/revisions.html", context)


@require_POST
def save_section(request: PageRequest, number: int, name: str) -> HttpResponse:
    """Who was second gets what the first wrote, and keeps their own words in the form."""
    incident = find_incident(request.user, number=number)
    form = typed(SectionForm(request.POST))
    try:
        acts.save_section(
            actor=request.user,
            incident_id=incident.pk,
            section=name,
            text=form["text"],
            seen=form["seen"],
        )
    except acts.SavedMeanwhile as refused:
        return _conflict(request, incident, name, refused)
    if request.htmx:
        context = _section(request, incident, name, is_edited=False)
        return render(request, "report/_section.html", context)
    return redirect(f"{reverse('report', kwargs={'number': number})}#section-{name}")


@require_POST
def restore(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    form = typed(RestoreForm(request.POST))
    acts.restore(
        actor=request.user, incident_id=incident.pk, number=form["number"], seen=form["seen"]
    )
    return _again(request, incident)


@require_POST
def finish(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    seen = typed(SeenForm(request.POST))["seen"]
    acts.finish(actor=request.user, incident_id=incident.pk, seen=seen)
    return _again(request, incident)


@require_POST
def reopen(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    acts.reopen(actor=request.user, incident_id=incident.pk)
    return _again(request, incident)


def _again(request: PageRequest, incident: Incident) -> HttpResponse:
    """Every section changes with it."""
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect("report", number=incident.number)


def _page(
    request: PageRequest,
    incident: Incident,
    *,
    edit: str = "",
    conflict: Conflict | None = None,
) -> HttpResponse:
    now = clock.now()
    found = read_report(incident, now=now)
    can = permissions.abilities(person=request.user, incident=incident)
    context = {
        "incident": incident,
        "report": found,
        "standing": found.standing,
        "facts": found.facts,
        "strips": strips(found.facts.gantt),
        "can": can,
        "edited": edit if can.can_report and not found.standing.is_final else "",
        "conflict": conflict,
        "now": now,
        **follow_up_context(request, incident),
    }
    return render(request, "report/report.html", context, status=409 if conflict else 200)


def follow_up_context(request: PageRequest, incident: Incident) -> Context:
    """For the fragment with an incident's follow-ups."""
    can = permissions.abilities(person=request.user, incident=incident)
    now = clock.now()
    lines = read_follow_ups(incident, person=request.user, may_report=can.can_report, now=now)
    is_over = not incident.is_open
    return {
        "incident": incident,
        "can": can,
        "lines": lines,
        "ideas": ideas(open_runbook(incident.revision), incident) if is_over else (),
        "owners": permissions.who_may_see(incident.environment).order_by("username"),
        "today": now.date(),
    }


def _standing(request: PageRequest, incident: Incident) -> Context:
    return {
        "incident": incident,
        "standing": read_standing(incident, now=clock.now()),
        "can": permissions.abilities(person=request.user, incident=incident),
    }


def _section(request: PageRequest, incident: Incident, name: str, is_edited: bool) -> Context:  # noqa: FBT001  (the address says it)
    if name not in ReportSection.values:
        raise Http404("No such section.")
    revision = newest_revision(incident)
    can = permissions.abilities(person=request.user, incident=incident)
    is_final = revision is not None and revision.is_final
    return {
        "incident": incident,
        "part": _part(incident, revision, ReportSection(name)),
        "seen": revision.number if revision else 0,
        "is_final": is_final,
        "edited": name if is_edited and can.can_report and not is_final else "",
        "can": can,
    }


def _part(incident: Incident, revision: ReportRevision | None, name: ReportSection) -> Part:
    """Facts are read only where a draft is made of them."""
    written = written_part(revision, name)
    return written or drafted_part(read_facts(incident, now=clock.now()), name)


def _conflict(
    request: PageRequest, incident: Incident, name: str, refused: acts.SavedMeanwhile
) -> HttpResponse:
    mine = ReportRevision(text={name: refused.words})
    theirs = ReportRevision(text={name: refused.newest.text.get(name, "")})
    conflict = Conflict(
        sentence=refused.sentence,
        theirs=refused.newest,
        difference=next(iter(differences(theirs, mine)), None),
        words=refused.words,
    )
    if not request.htmx:
        return _page(request, incident, edit=name, conflict=conflict)
    context = _section(request, incident, name, is_edited=True) | {"conflict": conflict}
    response = render(request, "report/_section.html", context, status=409)
    response["HX-Retarget"] = f"#section-{name}"
    response["HX-Reswap"] = "outerHTML"
    return response


def _chosen(incident: Incident, text: str) -> ReportRevision | None:
    number = number_in(text)
    return revision_numbered(incident, number) if number else None
