"""Stopping a run, at whatever stage it is."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.moves import end_run, hold, panels_of
from incidents.models import Approval, Run, TimelineEntry
from incidents.queries.proof.record import of_approval
from incidents.queries.proof.seals import seals_of
from incidents.refusal import Refused
from incidents.states import ApprovalState, RunState

ASKED = "run.cancel_requested"


def cancel_run(*, actor: User, run_id: int) -> Run:
    """Stop a run. What no worker holds yet ends at once; a worker that holds it is told to stop at
    the next sign of life, and sends nothing that it has not sent. A change that has been sent to
    Google cannot be called back."""
    with transaction.atomic():
        hold(runs=run_id)
        run = reachable_run(actor=actor, run_id=run_id)
        if run.state == RunState.RUNNING:
            _ask_to_stop(actor, run)
        elif run.state in (RunState.PLANNING, RunState.WAITING, RunState.QUEUED):
            _cancel_unstarted(actor, run)
        elif run.state == RunState.UNKNOWN:
            raise Refused(
                f"Run {run.number} was sent, and nobody knows what came of it: stopping cannot call"
                " it back. Look at the resource, then decide about the run."
            )
        else:
            raise Refused(_ended(run))
    run.refresh_from_db()
    return run


def _ask_to_stop(actor: User, run: Run) -> None:
    asked = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, is_cancel_requested=False)
    if not asked.update(is_cancel_requested=True):
        raise Refused(_asked_already(run))
    timeline.record(
        incident_id=run.incident_id,
        actor=actor,
        kind=ASKED,
        text=f"asked run {run.number} to stop",
        panels=panels_of(run),
        data={"run": run.number},
    )


def _asked_already(run: Run) -> str:
    entries = TimelineEntry.objects.select_related("actor").filter(
        incident=run.incident_id, kind=ASKED, data__run=run.number
    )
    entry = entries.order_by("-number").first()
    if entry is None or entry.actor is None:
        return f"Run {run.number} has just moved on. Look again."
    who = entry.actor.get_full_name() or entry.actor.get_username()
    return (
        f"Run {run.number} was asked to stop already, by {who} at {entry.at:%H:%M:%S} UTC. It ends"
        " as soon as its worker hears of it."
    )


def _ended(run: Run) -> str:
    when = f" at {run.finished_at:%H:%M:%S} UTC" if run.finished_at else ""
    how = "was cancelled" if run.state == RunState.CANCELLED else RunState(run.state).label
    return f"Run {run.number} has ended already: {how}{when}. There is nothing left to stop."


def _cancel_unstarted(actor: User, run: Run) -> None:
    ended = end_run(
        run,
        old=RunState(run.state),
        new=RunState.CANCELLED,
        actor=actor,
        message="Cancelled before it started; nothing was sent.",
        seals=withdrawn(run, actor),
    )
    if not ended:
        raise Refused(f"Run {run.number} has just moved on. Look again.")


def withdrawn(run: Run, actor: User | None) -> dict[str, str]:
    """End the question that waits about a run, and give what its end seals of that. Call it in the
    transaction that ends the run."""
    if run.state != RunState.WAITING:
        return {}
    approval = Approval.objects.filter(run=run, state=ApprovalState.WAITING).first()
    if approval is None:
        return {}
    state, now = ApprovalState.WITHDRAWN, clock.now()
    Approval.objects.filter(pk=approval.pk, state=ApprovalState.WAITING).update(
        state=state, decided_by=actor, decided_at=now
    )
    approval.run, approval.state, approval.decided_by, approval.decided_at = run, state, actor, now
    return seals_of(of_approval(approval))


def reachable_run(*, actor: User, run_id: int) -> Run:
    """The run, for those who may run commands in its incident; `Refused` for others."""
    found = existing_run(run_id)
    abilities = permissions.abilities(person=actor, incident=found.incident)
    permissions.require(
        allowed=abilities.can_run,
        incident=found.incident,
        what="stop or settle runs",
        needed="responder",
    )
    return found


def existing_run(run_id: int) -> Run:
    rows = Run.objects.select_related("incident__environment", "command__step")
    found = rows.filter(pk=run_id).first()
    if found is None:
        raise Refused("That run does not exist.", status=404)
    return found
