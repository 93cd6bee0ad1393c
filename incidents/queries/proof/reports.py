"""Whether the revisions of a report are still those that the timeline speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from incidents import ledger
from incidents.models import Incident
from incidents.queries.proof.claims import Claims
from incidents.queries.proof.problem import Problem


def wrong_reports(incident: Incident, claims: Claims) -> Iterator[Problem]:
    rows = incident.reports.order_by("number").values_list("number", "text")
    kept = {number: ledger.digest_of_json(text) for number, text in rows.iterator()}
    for number in sorted({*kept, *claims.reports}):
        if kept.get(number) == claims.reports.get(number):
            continue
        how = (
            "Removed."
            if number not in kept
            else "Changed: its words are not those of the timeline."
            if number in claims.reports
            else "Added by hand: the timeline does not know it."
        )
        yield Problem(incident.name, f"report, revision {number}", how)
