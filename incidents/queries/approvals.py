"""Approval cards: what one person sees of a plan that waits for, or got, its answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.models import Approval, Incident, Plan, Run
from incidents.states import ApprovalState, RunState


@dataclass(frozen=True, slots=True)
class Card:
    """A run's plan and its approval. `approval` is None while nothing has been asked.

    `may_decide` is what the buttons are drawn by; `why_not` tells the others whose turn it is.
    """

    run: Run
    plan: Plan
    approval: Approval | None
    may_decide: bool
    why_not: str
    asked_by_me: bool

    @property
    def is_waiting(self) -> bool:
        return self.approval is not None and self.approval.state == ApprovalState.WAITING

    @property
    def is_decided(self) -> bool:
        """Answered, expired or void: what was planned is folded, what came of it is read."""
        return self.approval is not None and not self.is_waiting

    @property
    def asked_nothing(self) -> bool:
        """The plan itself ended the run: it was refused, or it would have changed nothing."""
        return self.approval is None and bool(self.plan.refusals or not self.plan.changes)

    @property
    def telling(self) -> list[dict[str, Any]]:  # Any: JSON
        """The evidence that is not as expected."""
        return [item for item in self._evidence if not _is_quiet(item)]

    @property
    def quiet(self) -> list[dict[str, Any]]:  # Any: JSON
        return [item for item in self._evidence if _is_quiet(item)]

    @property
    def _evidence(self) -> list[dict[str, Any]]:  # Any: JSON
        return self.approval.evidence if self.approval else []


def _is_quiet(item: dict[str, Any]) -> bool:  # Any: JSON
    return not item["failed_checks"] and item["state"] == RunState.SUCCEEDED


def card_of(run: Run, *, person: User, may_approve: bool) -> Card | None:
    """None for a run without a plan. Of a run fetched with plan, approval and step: no query."""
    plan: Plan | None = getattr(run, "plan", None)
    if plan is None:
        return None
    why_not = _why_not(run, person=person, may_approve=may_approve)
    return Card(
        run=run,
        plan=plan,
        approval=getattr(run, "approval", None),
        may_decide=not why_not,
        why_not=why_not,
        asked_by_me=run.requested_by_id == person.pk,
    )


def _why_not(run: Run, *, person: User, may_approve: bool) -> str:
    if run.requested_by_id == person.pk:
        return "You asked for this; somebody else must approve."
    if run.command.step.edited_by_id == person.pk:
        return "You edited this step last; somebody else must approve."
    if not may_approve:
        return "An approver of this environment decides."
    return ""


def read_queue(
    visible: QuerySet[Incident], *, person: User, approves_in: Collection[int]
) -> list[Card]:
    """Every approval that waits in the visible incidents, the most urgent first."""
    found = []
    for approval in _waiting(visible):
        run = approval.run
        may_approve = run.incident.environment_id in approves_in
        card = card_of(run, person=person, may_approve=may_approve)
        if card is not None:
            found.append(card)
    return sorted(found, key=lambda card: not card.may_decide)


def read_card(
    visible: QuerySet[Incident], *, approval_id: int, person: User, approves_in: Collection[int]
) -> Card | None:
    approval = _with_all(Approval.objects.filter(run__incident__in=visible, pk=approval_id)).first()
    if approval is None:
        return None
    may_approve = approval.run.incident.environment_id in approves_in
    return card_of(approval.run, person=person, may_approve=may_approve)


def count_for(visible: QuerySet[Incident], *, person: User, approves_in: Collection[int]) -> int:
    """How many approvals wait for exactly this person."""
    return (
        _waiting(visible)
        .filter(run__incident__environment__in=approves_in)
        .exclude(run__requested_by=person)
        .exclude(run__command__step__edited_by=person)
        .count()
    )


def _waiting(visible: QuerySet[Incident]) -> QuerySet[Approval]:
    waiting = Approval.objects.filter(
        state=ApprovalState.WAITING, run__state=RunState.WAITING, run__incident__in=visible
    )
    return _with_all(waiting).order_by("expires_at")


def _with_all(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    return approvals.select_related(
        "run__plan",
        "run__requested_by",
        "run__command__step__phase",
        "run__incident__environment",
        "decided_by",
    )
