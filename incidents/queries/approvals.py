"""Approval cards: what one person sees of a plan that waits for, or got, its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from incidents.models import Approval, Decision, Plan, Run
from incidents.quorum import Weighing, weigh_all
from incidents.states import ApprovalState, RunState, Verdict
from incidents.windows import closures

ENDED_UNDONE = (RunState.VOID, RunState.EXPIRED, RunState.REJECTED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a quorum, and the decision that fills it."""

    role: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Quorum:
    """One requirement with its places. `note` says what could not be taken at its word."""

    source: str
    places: tuple[Place, ...]
    note: str

    @property
    def filled(self) -> int:
        return sum(1 for place in self.places if place.decision is not None)


@dataclass(frozen=True, slots=True)
class Card:
    """A run's plan and its approval. `approval` is None while nothing has been asked.

    `may_approve` and `may_reject` are what the buttons are drawn by; `why_not` tells the others
    whose turn it is. `closed` says why only an emergency could go on. `followed_by` is the newest
    run of the same command, once this one came to nothing and somebody has asked again.
    """

    run: Run
    plan: Plan
    approval: Approval | None
    may_approve: bool = False
    may_reject: bool = False
    why_not: str = ""
    asked_by_me: bool = False
    quorums: tuple[Quorum, ...] = ()
    decisions: tuple[Decision, ...] = ()
    fell: tuple[Decision, ...] = ()
    closed: str = ""
    followed_by: Run | None = None

    @property
    def may_decide(self) -> bool:
        return self.may_approve or self.may_reject

    @property
    def is_waiting(self) -> bool:
        return self.approval is not None and self.approval.state == ApprovalState.WAITING

    @property
    def is_decided(self) -> bool:
        """Answered, expired or void: what was planned is folded, what came of it is read."""
        return self.approval is not None and not self.is_waiting

    @property
    def may_be_asked_again(self) -> bool:
        ended = self.is_decided and self.run.state in ENDED_UNDONE
        return ended and self.followed_by is None and self.run.incident.is_open

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


def cards_of(runs: Sequence[Run], *, person: User, now: datetime) -> dict[int, Card]:
    """By run; none for a run without a plan. In as many queries for one run as for many.

    The runs must be loaded with plan, approval, their incident's environment, command and step.
    """
    planned = [run for run in runs if getattr(run, "plan", None) is not None]
    asked = [run.approval for run in planned if getattr(run, "approval", None) is not None]
    weighed = weigh_all(asked, also=person)
    waiting = [one.run.incident.environment for one in asked if _waits(one)]
    ended = [one.run for one in asked if one.run.state in ENDED_UNDONE]
    places = {*waiting, *(run.incident.environment for run in ended)}
    closed = closures(places, now) if places else {}
    later = _later_runs(ended)
    return {run.pk: _card(run, weighed, closed, later, person=person) for run in planned}


def _later_runs(ended: Sequence[Run]) -> dict[int, Run]:
    """By run: the newest of the same command, where that is another."""
    rows = Run.objects.filter(command__in=[run.command_id for run in ended]).defer("result")
    newest = {row.command_id: row for row in rows.order_by("requested_at", "id")}
    return {run.pk: newest[run.command_id] for run in ended if newest[run.command_id] != run}


def _waits(approval: Approval) -> bool:
    return approval.state == ApprovalState.WAITING


def _card(
    run: Run,
    weighed: Mapping[int, Weighing],
    closed: Mapping[int, str],
    later: Mapping[int, Run],
    *,
    person: User,
) -> Card:
    approval: Approval | None = getattr(run, "approval", None)
    if approval is None:
        return Card(run=run, plan=run.plan, approval=None)
    weighing = weighed[approval.pk]
    sentence = closed.get(run.incident.environment_id, "")
    stops = sentence if _waits(approval) and not approval.is_emergency else ""
    why_not = _why_not(weighing, person) if _waits(approval) else ""
    voice = _waits(approval) and bool(weighing.counts_as(person.pk)) and not why_not
    return Card(
        run=run,
        plan=run.plan,
        approval=approval,
        may_approve=voice and weighing.adds(person.pk) and not stops,
        may_reject=voice,
        why_not=why_not or _adds_nothing(weighing, person, stops),
        asked_by_me=run.requested_by_id == person.pk,
        quorums=tuple(_quorums(weighing if _waits(approval) else _as_decided(weighing))),
        decisions=weighing.decisions,
        fell=weighing.fell if _waits(approval) else (),
        closed=sentence if not approval.is_emergency or not _waits(approval) else "",
        followed_by=later.get(run.pk),
    )


def _why_not(weighing: Weighing, person: User) -> str:
    if person.pk in weighing.excluded:
        return weighing.excluded[person.pk]
    own = next((one for one in weighing.decisions if one.person_id == person.pk), None)
    if own is not None:
        return f"You {own.verdict} this; {weighing.still_open or 'nobody'} is still to decide."
    if not weighing.counts_as(person.pk):
        return f"To decide: {weighing.still_open or weighing.asked_for}."
    return ""


def _adds_nothing(weighing: Weighing, person: User, stops: str) -> str:
    if stops:
        return "Only an emergency could go on now: have it asked for again as one, or reject it."
    if weighing.counts_as(person.pk) and not weighing.adds(person.pk):
        return f"Still to decide: {weighing.still_open}. You can reject it."
    return ""


def _as_decided(weighing: Weighing) -> Weighing:
    """With what the people counted as when they decided."""
    return replace(
        weighing,
        counts={one.person_id: frozenset(one.roles) for one in weighing.decisions},
        excluded={},
    )


def _quorums(weighing: Weighing) -> Iterable[Quorum]:
    by_person = {
        one.person_id: one for one in weighing.decisions if one.verdict == Verdict.APPROVED
    }
    for question in weighing.questions:
        yield Quorum(
            source=question.requirement["from"],
            places=tuple(
                Place(seat.role, by_person.get(seat.person) if seat.person else None)
                for seat in weighing.seats(question)
            ),
            note=question.note,
        )
