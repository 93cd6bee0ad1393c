"""Deciding about a plan: approve, reject, withdraw. One decision of each person, one end."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, queue, source, timeline
from incidents.actions.authority import APPROVAL_LOADED, Objection, difference, name_of
from incidents.actions.deciding import require_open, require_place, require_proof, require_voice
from incidents.actions.moves import end_run, hold, move_run, panels_of
from incidents.actions.plan_rows import with_arrow
from incidents.actions.voiding import void
from incidents.models import Approval, Decision
from incidents.queries.proof.record import of_approval, of_decision
from incidents.queries.proof.seals import seals_of
from incidents.quorum import Weighing, weigh
from incidents.redacting import redactor_of
from incidents.refusal import Refused
from incidents.states import ApprovalState, RunState, Verdict


def approve(
    *,
    actor: User,
    approval_id: int,
    digest: str,
    words: str = "",
    proven_at: datetime | None = None,
) -> Approval:
    """Say yes to exactly the plan whose digest the person saw; when that completes the quorum, the
    run is queued with it.

    `proven_at` is when the person last showed a second factor. Refuses whoever asked, edited or
    cannot fill an open place, an expired question, another digest, and what is closed. A plan that
    no longer fits is void from here on, and the refusal says what moved.
    """
    with transaction.atomic():
        hold(runs__approval=approval_id)
        approval = _waiting(actor=actor, approval_id=approval_id)
        weighing = weigh(approval, also=actor)
        require_place(actor, approval, weighing)
        if digest != approval.digest:
            raise Refused(
                "The plan is not the one you were looking at. Read it again, then decide."
            )
        require_proof(actor, approval, proven_at)
        stale = difference(approval)
        if stale is None:
            require_open(approval)
            decision = _decide(actor, approval, Verdict.APPROVED, weighing, words, proven_at)
            is_complete = _complete(approval, decision)
            _tell(approval, decision)
            if is_complete:
                queue.enqueue("execute_run", approval.run_id, queue="changes")
            return approval
        void(approval, stale, actor=None)
    raise Refused(f"Nothing was approved. {stale.sentence} {_to_plan_again(stale)}")


def _to_plan_again(stale: Objection) -> str:
    told = "; ".join(with_arrow(one) for one in stale.moved[:3])
    return f"({told}) Have it planned again." if told else "Have it planned again."


def reject(*, actor: User, approval_id: int, reason: str) -> Approval:
    """One rejection ends the run; the reason is shown to who asked."""
    if not reason.strip():
        raise Refused("Say why, so that the requester knows what to change.", status=422)
    with transaction.atomic():
        hold(runs__approval=approval_id)
        approval = _waiting(actor=actor, approval_id=approval_id)
        weighing = weigh(approval, also=actor)
        require_voice(actor, approval, weighing)
        decision = _decide(actor, approval, Verdict.REJECTED, weighing, reason, None)
        _end(approval, ApprovalState.REJECTED, actor=actor, words=decision.words)
        _tell(approval, decision)
        end_run(
            approval.run,
            old=RunState.WAITING,
            new=RunState.REJECTED,
            actor=actor,
            message=decision.words,
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
        _end(approval, ApprovalState.WITHDRAWN, actor=actor, words="")
        end_run(
            approval.run,
            old=RunState.WAITING,
            new=RunState.CANCELLED,
            actor=actor,
            message="Withdrawn by who asked; nothing was sent.",
            seals=seals_of(of_approval(approval)),
        )
    return approval


def _decide(
    actor: User,
    approval: Approval,
    verdict: Verdict,
    weighing: Weighing,
    words: str,
    proven_at: datetime | None,
) -> Decision:
    return Decision.objects.create(
        approval=approval,
        person=actor,
        verdict=verdict,
        digest=approval.digest,
        words=redactor_of(approval.run).text(words.strip()),
        roles=sorted(weighing.counts_as(actor.pk)),
        proven_at=proven_at,
        source=source.current(),
        at=clock.now(),
    )


def _tell(approval: Approval, decision: Decision) -> None:
    """What was said, and what came of it: call it once the question has ended by it, if it has."""
    said = f": {decision.words}" if decision.words else ""
    proven_at = decision.proven_at
    timeline.record(
        incident_id=approval.run.incident_id,
        actor=decision.person,
        kind=f"approval.{decision.verdict}",
        text=f"{decision.verdict} plan {approval.digest[:12]} of run {approval.run.number}"
        f" as {' and '.join(decision.roles)}{said}",
        panels=_panels(approval),
        data={
            "run": approval.run.number,
            "verdict": decision.verdict,
            "digest": approval.digest,
            "roles": decision.roles,
            "requirements": approval.requirements,
            "second_factor": proven_at.isoformat() if proven_at else None,
        },
        seals=seals_of(of_decision(decision), of_approval(approval)),
    )


def _complete(approval: Approval, decision: Decision) -> bool:
    """Release the run if every requirement is met now; whether it was."""
    if not weigh(approval).is_met:
        return False
    _end(approval, ApprovalState.APPROVED, actor=decision.person, words=decision.words)
    if not move_run(approval.run, old=RunState.WAITING, new=RunState.QUEUED, queued_at=clock.now()):
        raise Refused(f"Run {approval.run.number} has just moved on. Look again.")
    return True


def _end(approval: Approval, state: ApprovalState, *, actor: User, words: str) -> None:
    now = clock.now()
    moved = Approval.objects.filter(
        pk=approval.pk, state=ApprovalState.WAITING, expires_at__gt=now
    ).update(state=state, decided_by=actor, decided_at=now, words=words)
    if not moved:
        raise Refused(_already(Approval.objects.select_related("decided_by").get(pk=approval.pk)))
    approval.state, approval.words = state, words
    approval.decided_by, approval.decided_at = actor, now


def _already(approval: Approval) -> str:
    if approval.state == ApprovalState.WAITING:
        return "This approval expired before you decided. Ask for a new plan."
    if approval.state == ApprovalState.VOID:
        return f"This is void: {approval.void_reason}"
    who = f" by {name_of(approval.decided_by)}" if approval.decided_by else ""
    when = f" at {approval.decided_at:%H:%M:%S} UTC" if approval.decided_at else ""
    return f"This was {approval.state}{who}{when}, before you decided."


def _waiting(*, actor: User, approval_id: int) -> Approval:
    found = (
        Approval.objects.select_related(*APPROVAL_LOADED, "decided_by")
        .filter(pk=approval_id)
        .first()
    )
    if found is None or not _sees(actor, found):
        raise Refused("That approval does not exist.", status=404)
    if found.state != ApprovalState.WAITING or clock.now() >= found.expires_at:
        raise Refused(_already(found))
    return found


def _sees(actor: User, approval: Approval) -> bool:
    visible = permissions.visible_incidents(actor)
    return visible.filter(pk=approval.run.incident_id).exists()


def _panels(approval: Approval) -> list[str]:
    return [*panels_of(approval.run), "approvals", "header", "incidents"]
