"""Which quorums a change needs: those of runbook, step and environment, and of an emergency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.contrib.auth.models import Group

from incidents.models import Run
from incidents.states import EffectChoice
from runbook.document.approval_policy import PolicyError, Term, covers, parse_policy, slug

STANDARD = "1 approver"
IN_AN_EMERGENCY = "2 approvers"
WHEN_UNREADABLE = "2 approvers"

Requirement = TypedDict("Requirement", {"from": str, "policy": str})
"""One quorum as an approval keeps it: who asks for it, and what, as written."""


@dataclass(frozen=True, slots=True)
class Question:
    """A requirement as it counts here. `note` says what could not be taken at its word."""

    requirement: Requirement
    terms: tuple[Term, ...]
    note: str


def requirements_of(run: Run) -> list[Requirement]:
    """Each must be met by itself; those that a stricter one covers are left out.

    The run must be loaded with its incident's environment and its command's step.
    """
    environment, named = run.incident.environment, run.incident.approval_policy
    asked = [
        ("the runbook", named.get("changes") or STANDARD),
        ("the environment", environment.changes_policy or STANDARD),
    ]
    if run.effect == EffectChoice.DESTROYS:
        asked.append(("the runbook", named.get("destroys") or STANDARD))
        asked.append(("the environment", environment.destroys_policy or STANDARD))
    if run.command.step.approve:
        asked.append(("the step", run.command.step.approve))
    if run.emergency_reason:
        asked.append(("the emergency", IN_AN_EMERGENCY))
    return [{"from": source, "policy": policy} for source, policy in _strictest(asked)]


def _strictest(asked: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for source, policy in asked:
        terms = _terms(policy)
        if any(covers(_terms(other), terms) for _, other in kept):
            continue
        kept = [item for item in kept if not covers(terms, _terms(item[1]))]
        kept.append((source, policy))
    return kept


def _terms(policy: str) -> tuple[Term, ...]:
    try:
        return parse_policy(policy)
    except PolicyError:
        return parse_policy(WHEN_UNREADABLE)


def seconds_to_decide(run: Run) -> int:
    """How long its approval holds: as long as the stricter of runbook and environment says."""
    own, most = run.incident.approval_expires, run.incident.environment.approval_expires
    return own if most is None else min(own, most)


def groups_here() -> frozenset[str]:
    """The names of all groups, as policies write them."""
    return frozenset(slug(name) for name in Group.objects.values_list("name", flat=True))


def unknown_groups(policy: str) -> tuple[str, ...]:
    """The groups of a policy that do not exist here. Raises `PolicyError`."""
    known = groups_here()
    return tuple(term.role for term in parse_policy(policy) if not _known(term, known))


def question_of(requirement: Requirement, known: Collection[str]) -> Question:
    """A group that does not exist here counts any approver: a runbook from elsewhere would
    otherwise wait for nobody."""
    policy = requirement["policy"]
    try:
        written = parse_policy(policy)
    except PolicyError:
        note = f"“{policy}” cannot be read, so two approvers decide."
        return Question(requirement, parse_policy(WHEN_UNREADABLE), note)
    counts: dict[str, int] = {}
    for term in written:
        role = _known(term, known) or "approver"
        counts[role] = counts.get(role, 0) + term.count
    unknown = [f"“{term.role}”" for term in written if not _known(term, known)]
    note = f"There is no group {' or '.join(unknown)} here, so any approver counts."
    terms = tuple(Term(count, role) for role, count in counts.items())
    return Question(requirement, terms, note if unknown else "")


def _known(term: Term, known: Collection[str]) -> str:
    """The role or group as it is called here, "databases" of a group "database" too; or ""."""
    names = (term.role, term.role.removesuffix("s"))
    return term.role if term.is_role else next((name for name in names if name in known), "")
