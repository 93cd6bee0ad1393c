"""Whether the rows beside the timeline are still those that it speaks of."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from incidents import ledger
from incidents.models import Approval, Decision, Incident, OutputChunk, Plan, Revision, Run
from incidents.plan_digest import PLAN_FIELDS, digest_of
from incidents.queries.proof.claims import Asked, Claims, Ending, Said
from incidents.queries.proof.problem import Problem
from incidents.states import ENDED_RUN_STATES, RunState

CHUNKS_AT_ONCE = 20
CLOSED = ENDED_RUN_STATES | {RunState.UNKNOWN}


@dataclass(slots=True)
class Counts:
    """How much was looked at."""

    runs: int = 0
    lines: int = 0
    plans: int = 0
    decisions: int = 0
    unproven: int = 0
    unsealed: list[str] = field(default_factory=list)


def wrong_rows(incident: Incident, claims: Claims, counts: Counts) -> Iterator[Problem]:
    yield from _wrong_runs(incident, claims, counts)
    yield from _wrong_plans(incident, claims, counts)
    yield from _wrong_decisions(incident, claims, counts)
    if claims.source and claims.source != incident.revision.digest:
        yield Problem(
            incident.name, "runbook", "The incident points to another source than it began with."
        )


def _wrong_runs(incident: Incident, claims: Claims, counts: Counts) -> Iterator[Problem]:
    found = set()
    for run in incident.runs.order_by("number").iterator(chunk_size=CHUNKS_AT_ONCE):
        found.add(run.number)
        counts.runs += 1
        for sentence in _wrong_with(run, claims.endings.get(run.number), counts):
            yield Problem(incident.name, f"run {run.number}", sentence)
    for number in sorted(set(range(1, incident.run_count + 1)) - found):
        yield Problem(incident.name, f"run {number}", "Removed.")


def _wrong_with(run: Run, ending: Ending | None, counts: Counts) -> Iterator[str]:
    if ending is None:
        if run.state in CLOSED:
            yield f"It is {run.state}, and the timeline says nothing about its end."
        return
    if run.state != ending.state:
        yield f"It is {run.state}, and entry {ending.entry} says {ending.state}."
    if not ending.output:
        counts.unproven += 1
        return
    yield from _wrong_output(run, ending, counts)
    if ledger.digest_of_json(run.result) != ending.result:
        yield f"Its result is not the one of entry {ending.entry}."
    if ledger.digest_of_json(run.checks) != ending.checks:
        yield f"Its checks are not those of entry {ending.entry}."


def _wrong_output(run: Run, ending: Ending, counts: Counts) -> Iterator[str]:
    """The lines as they are stored, a few chunks at a time."""
    kept, last = hashlib.sha256(), 0
    chunks: QuerySet[OutputChunk] = run.output.order_by("first")
    for chunk in chunks.iterator(chunk_size=CHUNKS_AT_ONCE):
        if chunk.first != last + 1:
            yield f"Output lines {last + 1} to {chunk.first - 1} were removed."
        if chunk.text.count("\n") != chunk.last - chunk.first:
            yield f"Output lines {chunk.first} to {chunk.last} are not so many any more."
        kept.update((b"\n" if last else b"") + chunk.text.encode())
        last = chunk.last
    counts.lines += last
    if last != ending.lines:
        yield f"Its output has {last} lines, and entry {ending.entry} says {ending.lines}."
    elif kept.hexdigest() != ending.output:
        yield f"Its output was changed: the digest is not the one of entry {ending.entry}."
    if run.output_digest != ending.output:
        yield f"The digest kept with it is not the one of entry {ending.entry}."


def _wrong_plans(incident: Incident, claims: Claims, counts: Counts) -> Iterator[Problem]:
    approvals = Approval.objects.filter(run__incident=incident).select_related("run__plan")
    found = set()
    for approval in approvals.iterator(chunk_size=CHUNKS_AT_ONCE):
        number = approval.run.number
        found.add(number)
        counts.plans += 1
        for sentence in _wrong_with_plan(approval, claims.asked.get(number)):
            yield Problem(incident.name, f"run {number}, plan", sentence)
    for number in sorted(claims.asked.keys() - found):
        yield Problem(incident.name, f"run {number}, plan", "Removed, with its approval.")


def _wrong_with_plan(approval: Approval, asked: Asked | None) -> Iterator[str]:
    plan = Plan.objects.filter(run=approval.run).first()
    if plan is None:
        yield "Removed: there is an approval and no plan."
        return
    if asked is None:
        yield "The timeline does not know that its approval was asked for."
        asked = Asked()
    elif not (plan.digest == approval.digest == asked.digest):
        yield "Plan, approval and timeline name different digests."
    if asked.evidence and ledger.digest_of_json(approval.evidence) != asked.evidence:
        yield "The evidence pinned to it is not what was pinned when it was asked for."
    columns = {name: getattr(plan, name) for name in PLAN_FIELDS}
    is_named = approval.named or asked.is_named
    if is_named and digest_of(approval.named, columns) != plan.digest:
        yield "Changed: what is stored does not give the digest that people approved."


def _wrong_decisions(incident: Incident, claims: Claims, counts: Counts) -> Iterator[Problem]:
    stored = Counter(_stored_decisions(incident))
    counts.decisions += stored.total()
    for said in sorted((claims.said - stored).keys(), key=str):
        yield Problem(
            incident.name,
            f"run {said.run}, decision of {said.person}",
            f"Removed or changed: the timeline knows that they {said.verdict} {said.digest[:12]}.",
        )
    for said in sorted((stored - claims.said).keys(), key=str):
        yield Problem(
            incident.name,
            f"run {said.run}, decision of {said.person}",
            f"Added by hand: the timeline does not know that they {said.verdict}"
            f" {said.digest[:12]}.",
        )


def _stored_decisions(incident: Incident) -> Iterator[Said]:
    rows = Decision.objects.filter(approval__run__incident=incident).select_related(
        "person", "approval__run"
    )
    for row in rows.iterator(chunk_size=200):
        yield Said(row.approval.run.number, row.person.get_username(), row.verdict, row.digest)


def wrong_sources() -> Iterator[Problem]:
    """Runbooks whose bytes are not those of their digest."""
    for revision in Revision.objects.select_related("runbook").iterator(chunk_size=10):
        if hashlib.sha256(bytes(revision.source)).hexdigest() != revision.digest:
            what = f"{revision.runbook.slug}, revision {revision.number}"
            yield Problem("library", what, "Its source is not the one of its digest.")
