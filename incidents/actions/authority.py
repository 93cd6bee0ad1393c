"""Whether an approval still stands when its run is about to start, and taking it away if not."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from incidents import permissions
from incidents.actions.job import Job
from incidents.actions.moves import end_run
from incidents.actions.plan import as_plan, digest_of, what_moved
from incidents.models import Approval, Run
from incidents.models import Plan as PlanRow
from incidents.states import ApprovalState, EffectChoice, IncidentState, RunState
from runbook.commands.base import Plan


class Objection(NamedTuple):
    """Why a run must not start although it was queued, and how it ends for that."""

    state: RunState
    sentence: str


def objection(run: Run, now: datetime) -> Objection | None:
    """Read again everything the run's authority rests on; call in the transaction that starts it.

    The run must be loaded as `leases.LOADED` says, its incident held.
    """
    if run.incident.state != IncidentState.OPEN:
        return Objection(
            RunState.CANCELLED,
            f"{run.incident.name} was {run.incident.state} before it started.",
        )
    if run.effect == EffectChoice.READS:
        return None
    sentence = _objection_to_change(run, now)
    return Objection(RunState.VOID, sentence) if sentence else None


def _objection_to_change(run: Run, now: datetime) -> str:
    approval = Approval.objects.select_related("decided_by").filter(run=run).first()
    plan = PlanRow.objects.filter(run=run).first()
    if approval is None or plan is None or approval.state != ApprovalState.APPROVED:
        return "It has no approval."
    if now >= approval.expires_at:
        return "The approval expired before the change started. Plan it again."
    if digest_of(run, as_plan(plan)) != approval.digest:
        return "Command, parameters, environment or runbook differ from what was approved."
    approver = approval.decided_by
    if approver is None or approver.pk == run.requested_by_id:
        return "The approval is not by a second person."
    if not permissions.abilities(person=approver, incident=run.incident).can_approve:
        return f"{approver.get_username()} may not approve here any more."
    return ""


def objection_of_the_world(job: Job, plan: Plan) -> Objection | None:
    """Read the resource once more, right before the change: it must still give the approved plan.

    Asks Google, so call it outside of transactions. Raises one of `job.UNPLANNABLE`.
    """
    moved = what_moved(plan, job.plan())
    if not moved:
        return None
    return Objection(RunState.VOID, f"Nothing was sent: since the approval {moved}. Plan it again.")


def withdraw(run: Run, found: Objection) -> None:
    """End a run that this worker holds, and its approval with it; call in a transaction."""
    if end_run(
        run,
        old=RunState.RUNNING,
        new=found.state,
        actor=None,
        message=found.sentence,
        token=run.token,
    ):
        Approval.objects.filter(run=run).update(
            state=ApprovalState.VOID, void_reason=found.sentence
        )
