"""Whether an approval still stands when its run is about to start, and taking it away if not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth.models import User

from incidents import permissions, timeline
from incidents.actions.moves import end_run, panels_of
from incidents.actions.named import Moved, moved_between, named_of
from incidents.actions.plan_rows import (
    as_columns,
    as_plan,
    identity_of,
    moved_fields,
    what_moved,
)
from incidents.models import Approval, Run
from incidents.plan_digest import digest_of
from incidents.queries.proof.record import of_approval
from incidents.queries.proof.seals import seals_of
from incidents.quorum import Weighing, weigh
from incidents.states import ApprovalState, EffectChoice, IncidentState, RunState
from incidents.windows import why_closed
from runbook.commands.base import Plan

if TYPE_CHECKING:
    from incidents.actions.job import Job


class Objection(NamedTuple):
    """Why a run must not start although it was queued, how it ends for that, and what moved."""

    state: RunState
    sentence: str
    moved: Sequence[Moved] = ()


USED = Objection(
    RunState.VOID, "Its approval has started a run before and starts no second one. Plan it again."
)
STANDING = (ApprovalState.WAITING, ApprovalState.APPROVED)
APPROVAL_LOADED = (
    "run__plan",
    "run__incident__environment",
    "run__incident__revision",
    "run__command__step",
    "run__requested_by",
)


def objection(run: Run, now: datetime) -> Objection | None:
    """Read again everything the run's authority rests on; call in the transaction that starts it,
    the incident held."""
    if run.incident.state != IncidentState.OPEN:
        return Objection(
            RunState.CANCELLED,
            f"{run.incident.name} was {run.incident.state} before it started.",
        )
    if run.effect == EffectChoice.READS:
        return None
    approval = Approval.objects.select_related(*APPROVAL_LOADED).filter(run=run).first()
    if approval is None or approval.state != ApprovalState.APPROVED:
        return Objection(RunState.VOID, "It has no approval.")
    if approval.used_at is not None:
        return USED
    if now >= approval.expires_at:
        return _void("The approval expired before the change started. Plan it again.")
    return difference(approval) or _no_right(approval, now)


def difference(approval: Approval) -> Objection | None:
    """What the approval names, held against what stands now. The approval must be loaded as
    `APPROVAL_LOADED` says."""
    plan = approval.run.plan
    moved = moved_between(approval.named, named_of(approval.run, identity=plan.identity))
    if moved:
        *first, last = dict.fromkeys(one["what"] for one in moved)
        words = f"{', '.join(first)} and {last}" if first else last
        return _void(f"{words[:1].upper()}{words[1:]} changed since it was planned.", moved)
    if digest_of(approval.named, as_columns(as_plan(plan))) != approval.digest:
        return _void("The stored plan is not the one that people decided about.")
    if not _is_as_asked(approval):
        return _void("What is stored of the approval is not what was asked for.")
    return None


def _is_as_asked(approval: Approval) -> bool:
    """Who must say yes, and whether that is an emergency, stands beside what the digest is over:
    whoever writes past us must not make it less."""
    is_emergency = bool(approval.run.emergency_reason)
    asked = (approval.named.get("requirements"), is_emergency)
    return (approval.requirements, approval.is_emergency) == asked


def _no_right(approval: Approval, now: datetime) -> Objection | None:
    run = approval.run
    closed = "" if approval.is_emergency else why_closed(run.incident.environment, now)
    sentence = closed or requester_fell(run) or approvers_fell(weigh(approval))
    return _void(sentence) if sentence else None


def requester_fell(run: Run) -> str:
    """A sentence when whoever asked may not ask any more, else ""."""
    if permissions.abilities(person=run.requested_by, incident=run.incident).can_request:
        return ""
    return f"{name_of(run.requested_by)}, who asked for it, may not ask for changes here any more."


def approvers_fell(weighing: Weighing) -> str:
    """A sentence when those who approved and still may are too few, else ""."""
    if weighing.is_met:
        return ""
    gone = " and ".join(name_of(decision.person) for decision in weighing.fell)
    if gone:
        return f"{gone} may not approve here any more, so {weighing.still_open} is missing."
    return f"It is not approved by enough people: {weighing.still_open} is missing."


def objection_of_the_world(run: Run, job: Job, plan: Plan) -> Objection | None:
    """Read the resource once more, right before the change: it must still give the approved plan,
    and the credentials act as who they did.

    Asks Google, so call it outside of transactions. Raises one of `job.UNPLANNABLE`.
    """
    was, identity = run.plan.identity, identity_of(job)
    if was != identity:
        moved = [Moved(what="who the workers act as at Google", before=was, after=identity)]
        return _void("Nothing was sent: the workers act as somebody else at Google now.", moved)
    moved = moved_fields(plan, job.plan())
    if not moved:
        return None
    words = what_moved(moved)
    return _void(f"Nothing was sent: since the approval {words}. Plan it again.", moved)


def _void(sentence: str, moved: Sequence[Moved] = ()) -> Objection:
    return Objection(RunState.VOID, sentence, moved)


def withdraw(run: Run, found: Objection) -> None:
    """End a run that is about to start or held by this worker, and its approval with it; call in a
    transaction."""
    if end_run(
        run,
        old=RunState(run.state),
        new=found.state,
        actor=None,
        message=found.sentence,
        token=run.token,
    ):
        void_approval(run, found, actor=None)


def void_approval(run: Run, found: Objection, *, actor: User | None) -> None:
    """Note what was approved and why it is worth nothing any more; the run has ended already."""
    standing = Approval.objects.filter(run=run, state__in=STANDING)
    approval = standing.select_related("decided_by").first()
    if approval is None:
        return
    moved = [dict(one) for one in found.moved]
    approval.state, approval.void_reason = ApprovalState.VOID, found.sentence
    approval.run, approval.moved = run, moved
    Approval.objects.filter(pk=approval.pk, state__in=STANDING).update(
        state=ApprovalState.VOID, void_reason=found.sentence, moved=moved
    )
    timeline.record(
        incident_id=run.incident_id,
        actor=actor,
        kind="approval.void",
        text=f"plan {approval.digest[:12]} of run {run.number} is void: {found.sentence}",
        panels=[*panels_of(run), "approvals", "header", "incidents"],
        data={"run": run.number, "digest": approval.digest, "moved": moved},
        seals=seals_of(of_approval(approval)),
    )


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()
