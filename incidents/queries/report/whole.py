"""A report as it is read: facts, words and follow-ups together, the same for page and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.models import FollowUp, Incident, ReportRevision
from incidents.queries.report.due import ReportDue, report_due
from incidents.queries.report.facts import Facts, read_facts
from incidents.queries.report.sections import Part, newest_revision, parts_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a report has come, without what it says."""

    revision: ReportRevision | None
    due: ReportDue

    @property
    def is_final(self) -> bool:
        return self.revision is not None and self.revision.is_final

    @property
    def number(self) -> int:
        return self.revision.number if self.revision else 0


def read_standing(incident: Incident, *, now: datetime) -> Standing:
    return Standing(newest_revision(incident), report_due(incident, now=now))


@dataclass(frozen=True, slots=True)
class Report:
    """What it says, and how far it has come."""

    facts: Facts
    standing: Standing
    parts: tuple[Part, ...]
    follow_ups: tuple[FollowUp, ...]

    @property
    def incident(self) -> Incident:
        return self.facts.incident

    @property
    def standing_words(self) -> str:
        if self.standing.is_final:
            return f"final, revision {self.standing.number}"
        number = self.standing.number
        state = f"draft, revision {number}" if number else "first draft, made of facts"
        return state if self.facts.is_over else f"{state}; the incident goes on"


def read_report(incident: Incident, *, now: datetime) -> Report:
    """The incident must come with its environment, commander and revision."""
    facts = read_facts(incident, now=now)
    standing = read_standing(incident, now=now)
    rows = incident.follow_ups.select_related("owner", "ended_by")
    return Report(
        facts=facts,
        standing=standing,
        parts=parts_of(standing.revision, facts),
        follow_ups=tuple(sorted(rows, key=_soonest)),
    )


def _soonest(row: FollowUp) -> tuple[bool, str, int]:
    """Those without a day last; databases do not agree on that."""
    return row.due_on is None, row.due_on.isoformat() if row.due_on else "", row.pk
