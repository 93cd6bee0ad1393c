"""Approvals that end without a decision: what they name has moved, or their time is over."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from incidents import clock
from incidents.actions.authority import (
    APPROVAL_LOADED,
    Objection,
    difference,
    objection,
    requester_fell,
    void_approval,
)
from incidents.actions.moves import end_run, hold
from incidents.actions.one_by_one import one_by_one
from incidents.models import Approval
from incidents.queries.proof.record import of_approval
from incidents.queries.proof.seals import seals_of
from incidents.states import ApprovalState, IncidentState, RunState

MOST_AT_ONCE = 200


def void(approval: Approval, found: Objection, *, actor: User | None) -> bool:
    """End the run of an approval that waits, or that has not started yet; False when it has just
    moved on. Call it in a transaction that holds the incident."""
    run = approval.run
    if not end_run(
        run, old=RunState(run.state), new=RunState.VOID, actor=actor, message=found.sentence
    ):
        return False
    void_approval(run, found, actor=actor)
    return True


def void_stale(*, incident_id: int, actor: User | None, reason: str) -> int:
    """Void what no longer fits the incident's rows, and say how many. `reason` is a sentence that
    says what was done. Call it inside the transaction that changed them, the incident held."""
    count = 0
    for approval in standing(run__incident=incident_id):
        found = difference(approval)
        if found is not None:
            why = Objection(found.state, f"{reason} {found.sentence}", found.moved)
            count += void(approval, why, actor=actor)
    return count


def void_where_authority_fell(*, environment_id: int | None, actor: User | None) -> int:
    """After roles, groups, people or an environment (None: any of them) changed: void what nobody
    has the right to run any more, or what names things that moved. One incident after the other,
    each in a transaction of its own; call it outside of one.

    A question that waits keeps waiting when somebody who said yes lost the right to: that yes
    weighs nothing from now on.
    """
    environments = {} if environment_id is None else {"environment": environment_id}
    return sum(
        _void_each(incident_id, _fallen, actor=actor) for incident_id in _incidents(**environments)
    )


def void_for_freeze(*, environment_id: int, sentence: str, actor: User | None) -> int:
    """Void every question and every approved run of the environment that is no emergency."""

    def frozen(approval: Approval) -> Objection | None:
        return None if approval.is_emergency else Objection(RunState.VOID, sentence)

    incidents = _incidents(environment=environment_id)
    return sum(_void_each(incident_id, frozen, actor=actor) for incident_id in incidents)


def _void_each(
    incident_id: int, judge: Callable[[Approval], Objection | None], *, actor: User | None
) -> int:
    with transaction.atomic():
        hold(pk=incident_id)
        judged = [(approval, judge(approval)) for approval in standing(run__incident=incident_id)]
        return sum(void(approval, found, actor=actor) for approval, found in judged if found)


def _fallen(approval: Approval) -> Objection | None:
    if approval.state == ApprovalState.APPROVED:
        found = objection(approval.run, clock.now())
        return found if found is None or found.state == RunState.VOID else None
    sentence = requester_fell(approval.run)
    return Objection(RunState.VOID, sentence) if sentence else difference(approval)


def _incidents(**lookup: object) -> list[int]:
    """The open incidents in which an approval stands."""
    found = standing(run__incident__state=IncidentState.OPEN)
    found = found.filter(**{f"run__incident__{name}": value for name, value in lookup.items()})
    return list(found.order_by().values_list("run__incident", flat=True).distinct())


def standing(**lookup: object) -> QuerySet[Approval]:
    """Questions that wait, and answers whose run has not started."""
    return (
        Approval.objects.select_related(*APPROVAL_LOADED)
        .filter(run__state__in=(RunState.WAITING, RunState.QUEUED), **lookup)
        .filter(state__in=(ApprovalState.WAITING, ApprovalState.APPROVED))
        .order_by("pk")
    )


def expire_waiting() -> int:
    """End every question whose time is over; how many. Time running out never approves."""
    due = Approval.objects.filter(state=ApprovalState.WAITING, expires_at__lte=clock.now())
    return one_by_one(expire, list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]))


def expire(approval_id: int) -> bool:
    """End one question whose time is over; False when somebody was first."""
    with transaction.atomic():
        hold(runs__approval=approval_id)
        now = clock.now()
        moved = Approval.objects.filter(
            pk=approval_id, state=ApprovalState.WAITING, expires_at__lte=now
        ).update(state=ApprovalState.EXPIRED, decided_at=now)
        if not moved:
            return False
        approval = Approval.objects.select_related("run__command__step").get(pk=approval_id)
        seals = seals_of(of_approval(approval))
        end_run(
            approval.run,
            old=RunState.WAITING,
            new=RunState.EXPIRED,
            actor=None,
            message="Nobody decided in time; nothing was sent. Ask again if it is needed.",
            seals=seals,
        )
    return True
