"""The words of a report as they stand: what somebody wrote, else the draft; and its revisions."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import Incident, ReportRevision
from incidents.queries.report.draft import draft
from incidents.queries.report.facts import Facts
from incidents.states import ReportSection
from runbook.document.differences import Hunk, hunks


@dataclass(frozen=True, slots=True)
class Part:
    """A section. `text` is Markdown; `is_draft` while nobody has written anything there."""

    name: str
    title: str
    text: str
    is_draft: bool


@dataclass(frozen=True, slots=True)
class PartDifference:
    """What moved in one section between two revisions."""

    title: str
    hunks: tuple[Hunk, ...]


def newest_revision(incident: Incident) -> ReportRevision | None:
    return incident.reports.select_related("author").first()


def revision_numbered(incident: Incident, number: int) -> ReportRevision | None:
    return incident.reports.select_related("author").filter(number=number).first()


def text_in(revision: ReportRevision | None, section: str) -> str:
    """What was written, "" where the draft stands."""
    return str(revision.text.get(section, "")) if revision else ""


def parts_of(revision: ReportRevision | None, facts: Facts) -> tuple[Part, ...]:
    return tuple(
        written_part(revision, section) or drafted_part(facts, section) for section in ReportSection
    )


def written_part(revision: ReportRevision | None, section: ReportSection) -> Part | None:
    """None where the draft stands."""
    written = text_in(revision, section.value)
    return Part(section.value, str(section.label), written, is_draft=False) if written else None


def drafted_part(facts: Facts, section: ReportSection) -> Part:
    return Part(section.value, str(section.label), draft(section, facts), is_draft=True)


def differences(
    old: ReportRevision | None, new: ReportRevision | None
) -> tuple[PartDifference, ...]:
    """Section by section; drafts count as nothing written."""
    found = (
        PartDifference(str(section.label), hunks(text_in(old, section), text_in(new, section)))
        for section in ReportSection
    )
    return tuple(one for one in found if one.hunks)
