"""Whether what was judged of a fix is still what the timeline speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from incidents import ledger
from incidents.models import Incident
from incidents.queries.proof.claims import Claims
from incidents.queries.proof.problem import Problem
from incidents.queries.validations import done_validations, sealed_part_of


def wrong_validations(incident: Incident, claims: Claims) -> Iterator[Problem]:
    rows = done_validations(incident)
    kept = {row.number: ledger.digest_of_json(sealed_part_of(row)) for row in rows}
    for number in sorted({*kept, *claims.validations}):
        if kept.get(number) == claims.validations.get(number):
            continue
        how = (
            "Removed."
            if number not in kept
            else "Changed: its results are not those of the timeline."
            if number in claims.validations
            else "Added by hand: the timeline does not know it."
        )
        yield Problem(incident.name, f"validation {number}", how)
