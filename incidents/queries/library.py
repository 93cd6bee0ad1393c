"""The library: runbooks with their newest revision, and one runbook with its history."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery

from incidents.models import Incident, Revision, Runbook


@dataclass(frozen=True, slots=True)
class Shelf:
    """A runbook in the list."""

    runbook: Runbook
    revision: Revision
    uses: int


def read_library(visible: QuerySet[Incident]) -> list[Shelf]:
    newest = Revision.objects.filter(runbook=OuterRef("pk")).order_by("-number").values("pk")[:1]
    runbooks = list(Runbook.objects.annotate(newest=Subquery(newest)))
    ids = [getattr(runbook, "newest") for runbook in runbooks]  # noqa: B009  (annotation)
    revisions = {
        row.runbook_id: row
        for row in Revision.objects.filter(pk__in=ids).select_related("runbook", "created_by")
    }
    rows = visible.order_by().values_list("revision__runbook").annotate(count=Count("pk"))
    uses = dict(rows)
    return [
        Shelf(runbook=book, revision=revisions[book.pk], uses=uses.get(book.pk, 0))
        for book in runbooks
        if book.pk in revisions
    ]


def revisions_of(runbook: Runbook) -> QuerySet[Revision]:
    """Newest first, without their sources."""
    return runbook.revisions.select_related("created_by").defer("source")


def uses_of(runbook: Runbook, visible: QuerySet[Incident]) -> QuerySet[Incident]:
    return visible.filter(revision__runbook=runbook).select_related("environment", "revision")[:10]
