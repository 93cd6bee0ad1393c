"""Everything that was written, held against its digests, its seals and each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from incidents.ledger import ADMINISTRATION
from incidents.models import AdministrationEntry, Incident, LedgerHead, insert_only
from incidents.models.audit import Entry
from incidents.queries.proof.chain import Head, Walk
from incidents.queries.proof.claims import Claims
from incidents.queries.proof.problem import Problem
from incidents.queries.proof.reports import wrong_reports
from incidents.queries.proof.rows import Counts, wrong_rows, wrong_sources
from incidents.queries.proof.sealed_rows import wrong_seals
from incidents.queries.proof.snapshot import snapshot
from incidents.queries.proof.validations import wrong_validations

ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one ledger. `head` is the digest of its last entry, "" for none."""

    name: str
    entries: int
    head: str
    counts: Counts
    problems: list[Problem] = field(default_factory=list)


def verify_all() -> Iterator[Verdict]:
    """One ledger after the other, each as it stood at one moment."""
    for number in list(Incident.objects.order_by("number").values_list("number", flat=True)):
        yield verify_incident(number)
    yield verify_administration()


def verify_incident(number: int) -> Verdict:
    with snapshot():
        incident = Incident.objects.select_related("revision", "commander").get(number=number)
        claims, counts = Claims(), Counts()
        walk = _walk(incident.name, incident.timeline.order_by("number", "pk"), claims)
        head = Head(incident.timeline_count, incident.timeline_head, incident.timeline_seal)
        problems = walk.end(head)
        problems += wrong_rows(incident, claims, counts)
        problems += wrong_seals(incident, claims, counts.unsealed)
        problems += wrong_reports(incident, claims)
        problems += wrong_validations(incident, claims)
    told_once = list(dict.fromkeys(problems))
    return Verdict(incident.name, walk.count, incident.timeline_head, counts, told_once)


def verify_administration() -> Verdict:
    with snapshot():
        row = LedgerHead.objects.filter(name=ADMINISTRATION).first()
        head = Head(row.count, row.head, row.seal) if row else Head(0, "", "")
        entries = AdministrationEntry.objects.order_by("number", "pk")
        walk = _walk(ADMINISTRATION, entries, Claims())
        problems = walk.end(head)
    return Verdict(ADMINISTRATION, walk.count, head.digest, Counts(), problems)


def _walk(name: str, entries: QuerySet[Entry], claims: Claims) -> Walk:
    walk = Walk(name)
    for entry in entries.select_related("actor").iterator(chunk_size=ENTRIES_AT_ONCE):
        walk.step(entry)
        claims.note(entry)
        if _is_of_another(entry):
            walk.say(
                f"entry {entry.number}", f"It points to a person who is not {entry.actor_name}."
            )
    return walk


def _is_of_another(entry: Entry) -> bool:
    """Pages name who the row points to. A person who was renamed is still the same."""
    if not entry.actor_name or entry.actor is None:
        return bool(entry.actor_name) != (entry.actor is not None)
    return entry.actor.get_username() != entry.actor_name and _exists(entry.actor_name)


def _exists(username: str) -> bool:
    return User.objects.filter(username=username).exists()


def wrong_installation() -> Iterator[Problem]:
    """What belongs to no ledger: sources of runbooks, incidents that are gone, triggers."""
    yield from wrong_sources()
    numbers = set(Incident.objects.values_list("number", flat=True))
    for gone in sorted(set(range(1, max(numbers, default=0))) - numbers):
        yield Problem(f"INC-{gone}", "incident", "Removed: later ones are there.")
    for name in insert_only.missing(connection):
        yield Problem(
            "database",
            f"trigger {name}",
            "Missing, switched off or not the one that was made: what is written can be changed."
            " `manage.py prepare` makes it again.",
        )
