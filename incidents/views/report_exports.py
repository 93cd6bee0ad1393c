"""A report to take away: Markdown, PDF, and words for an issue on GitHub."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents import clock
from incidents.queries.report.as_markdown import as_issue, as_markdown
from incidents.queries.report.as_pdf import NotSet, as_pdf
from incidents.queries.report.whole import Report, read_report
from incidents.refusal import Refused
from incidents.views.requests import PageRequest, find_incident


@require_GET
def markdown(request: PageRequest, number: int) -> HttpResponse:
    text = as_markdown(_report(request, number))
    return _file(text.encode(), "text/markdown; charset=utf-8", number, "md")


@require_GET
def pdf(request: PageRequest, number: int) -> HttpResponse:
    try:
        content = as_pdf(_report(request, number))
    except NotSet as error:
        raise Refused(str(error), status=503) from error
    return _file(content, "application/pdf", number, "pdf")


@require_GET
def issue(request: PageRequest, number: int) -> HttpResponse:
    """Text to copy into an issue."""
    report = _report(request, number)
    context = {"incident": report.incident, "text": as_issue(report)}
    return render(request, "report/issue.html", context)


def _report(request: PageRequest, number: int) -> Report:
    return read_report(find_incident(request.user, number=number), now=clock.now())


def _file(content: bytes, kind: str, number: int, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"inc-{number}-report.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
