"""Whether rows still say what entries of the timeline sealed of them."""

from __future__ import annotations

from collections.abc import Iterator

from incidents.models import Incident
from incidents.queries.proof import record, record_words
from incidents.queries.proof.claims import Claims
from incidents.queries.proof.problem import Problem
from incidents.queries.proof.seals import MOVED, sealed_in, seals_of, seals_of_incident

TABLES = (
    record.of_runs,
    record.of_approvals,
    record.of_decisions,
    record_words.of_pastes,
    record.of_phases,
    record.of_steps,
    record_words.of_updates,
    record_words.of_handoffs,
    record_words.of_checklists,
    record_words.of_reports,
    record_words.of_follow_ups,
)
FROM_THE_START = "incident, title"
"""Sealed where an incident was declared by a version that seals: then everything must be."""


def wrong_seals(incident: Incident, claims: Claims, unsealed: list[str]) -> Iterator[Problem]:
    """`unsealed` gets the names of rows that are older than their proof."""
    found = set()
    for name, digest in _found(incident):
        found.add(name)
        told = claims.seals.get(name)
        if told == MOVED or (told is None and FROM_THE_START not in claims.seals):
            unsealed.append(name)
        elif told is None:
            yield Problem(incident.name, name, "Added by hand: the timeline does not know it.")
        elif told != digest:
            yield Problem(
                incident.name, name, "Changed: it is not what the timeline sealed when it was said."
            )
    for name in sorted(name for name, told in claims.seals.items() if told and name not in found):
        yield Problem(incident.name, name, "Removed.")


def _found(incident: Incident) -> Iterator[tuple[str, str]]:
    yield from seals_of_incident(**record.facts_of_incident(incident)).items()
    for table in TABLES:
        for row in table(incident):
            yield from sealed_in(row)


def seals_of_moved(incident: Incident) -> dict[str, str]:
    """For the entry that lets time pass in a drill: what is true of the times no longer."""
    tables = (
        record.of_phases,
        record.of_steps,
        record_words.of_updates,
        record_words.of_handoffs,
        record_words.of_checklists,
    )
    rows = seals_of(*(row for table in tables for row in table(incident)))
    waiting = [row for row in record.of_approvals(incident) if row["state"] == "waiting"]
    columns = dict.fromkeys(("started_at", "acknowledged_at", "mitigated_at"))
    return dict.fromkeys([*rows, *seals_of(*waiting), *seals_of_incident(**columns)], MOVED)
