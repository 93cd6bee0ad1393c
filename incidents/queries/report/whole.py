"""A report as it is read: facts, words and follow-ups together, the same for page and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.models import FollowUp, Incident, ReportRevision
from incidents.queries.report.due import ReportDue, report_due
from incidents.queries.report.facts import Facts, read_facts
from incidents.queries.report.sections import Part, newest_revision, parts_of


@dataclass(frozen=True, slots=True)
class Report:
    """`revision` is the newest, None while nobody has written anything."""

    facts: Facts
    revision: ReportRevision | None
    parts: tuple[Part, ...]
    follow_ups: tuple[FollowUp, ...]
    due: ReportDue

    @property
    def incident(self) -> Incident:
        return self.facts.incident

    @property
    def is_final(self) -> bool:
        return self.revision is not None and self.revision.is_final

    @property
    def number(self) -> int:
        return self.revision.number if self.revision else 0

    @property
    def standing(self) -> str:
        """How far it has come, in words."""
        if self.is_final:
            return f"final, revision {self.number}"
        state = f"draft, revision {self.number}" if self.number else "first draft, made of facts"
        return state if self.facts.is_over else f"{state}; the incident goes on"


def read_report(incident: Incident, *, now: datetime) -> Report:
    """The incident must come with its environment, commander and revision."""
    facts = read_facts(incident, now=now)
    revision = newest_revision(incident)
    rows = incident.follow_ups.select_related("owner", "ended_by")
    return Report(
        facts=facts,
        revision=revision,
        parts=parts_of(revision, facts),
        follow_ups=tuple(sorted(rows, key=_soonest)),
        due=report_due(incident, now=now),
    )


def _soonest(row: FollowUp) -> tuple[bool, str, int]:
    """Those without a day last; databases do not agree on that."""
    return row.due_on is None, row.due_on.isoformat() if row.due_on else "", row.pk
