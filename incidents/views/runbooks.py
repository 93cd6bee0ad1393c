"""The library, one runbook, and starting an incident from it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import permissions
from incidents.actions import declare as declaring
from incidents.actions import library
from incidents.forms import AddRunbookForm, DeclareForm
from incidents.models import Revision, Runbook
from incidents.queries.library import read_library, revisions_of, uses_of
from incidents.states import Severity
from incidents.views.answers import room_url
from incidents.views.difference import Difference, difference_of
from incidents.views.document import draw_document
from incidents.views.requests import PageRequest, number_in
from incidents.views.typed import typed


@require_GET
def runbooks(request: PageRequest) -> HttpResponse:
    shelves = read_library(permissions.visible_incidents(request.user))
    may_add = permissions.environments_to_declare_in(request.user).exists()
    return render(request, "runbooks/runbooks.html", {"shelves": shelves, "may_add": may_add})


@require_POST
def add(request: PageRequest) -> HttpResponse:
    """A Markdown file or pasted text; refused in words when it cannot be read."""
    form = AddRunbookForm(request.POST, request.FILES)
    typed(form)
    source, file_name = form.given()
    revision = library.add_runbook(actor=request.user, source=source, file_name=file_name)
    address = reverse("runbook", args=[revision.runbook.slug])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_GET
def runbook(request: PageRequest, slug: str) -> HttpResponse:
    """`?revision=N` shows an older one, `?against=M` what is different in it from that one."""
    row = get_object_or_404(Runbook, slug=slug)
    revision = _revision(row, request.GET.get("revision", ""))
    environments = permissions.environments_to_declare_in(request.user)
    document = declaring.open_runbook(revision)
    context = {
        "runbook": row,
        "revision": revision,
        "revisions": revisions_of(row),
        "uses": uses_of(row, permissions.visible_incidents(request.user)),
        "document": draw_document(document),
        "difference": _difference(row, revision, request.GET.get("against", "")),
        "environments": environments,
        "severities": Severity,
    }
    return render(request, "runbooks/runbook.html", context)


@require_POST
def declare(request: PageRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Runbook, slug=slug)
    environments = permissions.environments_to_declare_in(request.user)
    form = DeclareForm(request.POST, environments=environments)
    values = typed(form)
    incident = declaring.declare(
        actor=request.user,
        revision=_revision(row, request.POST.get("revision", "")),
        environment=values["environment"],
        severity=values["severity"],
        title=values["title"],
        parameters=form.parameters(),
        is_drill=values["is_drill"],
    )
    if request.htmx:
        return HttpResponseClientRedirect(room_url(incident))
    return redirect(room_url(incident))


def _difference(row: Runbook, revision: Revision, against: str) -> Difference | None:
    return difference_of(_revision(row, against), revision) if against else None


def _revision(row: Runbook, number: str) -> Revision:
    """The revision of that number, the newest for none."""
    revisions = row.revisions.select_related("runbook", "created_by")
    if number.isdecimal():
        revisions = revisions.filter(number=number_in(number) or 0)
    found = revisions.first()
    if found is None:
        raise Http404("No such revision.")
    return found
