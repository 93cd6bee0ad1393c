"""Deciding about a plan: approve, reject, withdraw, expire. One decision, under one condition."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, queue, timeline
from incidents.actions.moves import end_run, hold, move_run, panels_of
from incidents.models import Approval
from incidents.refusal import Refused
from incidents.states import ApprovalState, RunState


def approve(*, actor: User, approval_id: int, digest: str, words: str = "") -> Approval:
    """Approve exactly the plan whose digest the person saw, and queue its run with it.

    Refuses the requester, the last editor of the step, an expired question, another digest, and the
    second of two deciders.
    """
    with transaction.atomic():
        hold(runs__approval=approval_id)
        approval = _waiting(actor=actor, approval_id=approval_id)
        _require_second_person(actor, approval)
        if digest != approval.digest:
            raise Refused(
                "The plan is not the one you were looking at. Read it again, then decide."
            )
        _decide(actor, approval, ApprovalState.APPROVED, words)
        if not move_run(
            approval.run, old=RunState.WAITING, new=RunState.QUEUED, queued_at=clock.now()
        ):
            raise Refused(f"Run {approval.run.number} has just moved on. Look again.")
        timeline.record(
            incident_id=approval.run.incident_id,
            actor=actor,
            kind="approval.approved",
            text=f"approved plan {approval.digest[:12]} of run {approval.run.number}"
            + (f": {words.strip()}" if words.strip() else ""),
            panels=_panels(approval),
            data={"run": approval.run.number, "digest": approval.digest},
        )
        queue.enqueue("execute_run", approval.run_id, queue="changes")
    return approval


def reject(*, actor: User, approval_id: int, reason: str) -> Approval:
    """One rejection ends the run; the reason is shown to who asked."""
    if not reason.strip():
        raise Refused("Say why, so that the requester knows what to change.", status=422)
    with transaction.atomic():
        hold(runs__approval=approval_id)
        approval = _waiting(actor=actor, approval_id=approval_id)
        _require_second_person(actor, approval)
        _decide(actor, approval, ApprovalState.REJECTED, reason)
        end_run(
            approval.run,
            old=RunState.WAITING,
            new=RunState.REJECTED,
            actor=actor,
            message=reason.strip(),
        )
    return approval


def withdraw(*, actor: User, approval_id: int) -> Approval:
    """The requester takes the question back; nothing was sent."""
    with transaction.atomic():
        hold(runs__approval=approval_id)
        approval = _waiting(actor=actor, approval_id=approval_id)
        if approval.run.requested_by_id != actor.pk:
            raise Refused(
                "Only who asked can withdraw. You can reject it with a reason.", status=403
            )
        _decide(actor, approval, ApprovalState.WITHDRAWN, "")
        end_run(
            approval.run,
            old=RunState.WAITING,
            new=RunState.CANCELLED,
            actor=actor,
            message="Withdrawn by who asked; nothing was sent.",
        )
    return approval


def expire_waiting() -> int:
    """End every question whose time is over; how many. Time running out never approves."""
    now = clock.now()
    due = Approval.objects.filter(state=ApprovalState.WAITING, expires_at__lte=now)
    expired = 0
    for approval in due.select_related("run__command__step")[:200]:
        with transaction.atomic():
            hold(pk=approval.run.incident_id)
            moved = Approval.objects.filter(pk=approval.pk, state=ApprovalState.WAITING).update(
                state=ApprovalState.EXPIRED, decided_at=now
            )
            if moved:
                end_run(
                    approval.run,
                    old=RunState.WAITING,
                    new=RunState.EXPIRED,
                    actor=None,
                    message="Nobody decided in time; nothing was sent. Ask again if it is needed.",
                )
                expired += 1
    return expired


def _decide(actor: User, approval: Approval, state: ApprovalState, words: str) -> None:
    now = clock.now()
    moved = Approval.objects.filter(
        pk=approval.pk, state=ApprovalState.WAITING, expires_at__gt=now
    ).update(state=state, decided_by=actor, decided_at=now, words=words.strip())
    if not moved:
        raise Refused(_already(Approval.objects.select_related("decided_by").get(pk=approval.pk)))
    approval.refresh_from_db()


def _already(approval: Approval) -> str:
    if approval.state == ApprovalState.WAITING:
        return "This approval expired before you decided. Ask for a new plan."
    who = (
        approval.decided_by.get_full_name() or approval.decided_by.get_username()
        if approval.decided_by
        else ""
    )
    when = f" at {approval.decided_at:%H:%M:%S} UTC" if approval.decided_at else ""
    return f"This was {approval.state}{' by ' + who if who else ''}{when}, before you decided."


def _waiting(*, actor: User, approval_id: int) -> Approval:
    found = (
        Approval.objects.select_related(
            "run__incident__environment", "run__command__step", "decided_by"
        )
        .filter(pk=approval_id)
        .first()
    )
    if found is None:
        raise Refused("That approval does not exist.", status=404)
    if not permissions.visible_incidents(actor).filter(pk=found.run.incident_id).exists():
        raise Refused("That approval does not exist.", status=404)
    if found.state != ApprovalState.WAITING:
        raise Refused(_already(found))
    return found


def _require_second_person(actor: User, approval: Approval) -> None:
    incident = approval.run.incident
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=incident).can_approve,
        incident=incident,
        what="approve changes",
        needed="approver",
    )
    if actor.pk == approval.run.requested_by_id:
        raise Refused("You asked for this change, so somebody else must approve it.", status=403)
    if actor.pk == approval.run.command.step.edited_by_id:
        raise Refused("You edited this step last, so somebody else must approve it.", status=403)


def _panels(approval: Approval) -> list[str]:
    return [*panels_of(approval.run), "approvals", "header", "incidents"]
