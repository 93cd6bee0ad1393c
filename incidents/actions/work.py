"""What a worker does with a run: claim it, do it once, keep its output, record the outcome."""

from __future__ import annotations

import dataclasses
import logging

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from incidents import clock, live, permissions, queue, timeline
from incidents.actions.compare import compare, with_failures
from incidents.actions.job import UNPLANNABLE, Job, job_of
from incidents.actions.leases import LOADED, claim_running, renew
from incidents.actions.moves import end_run, hold, panels_of
from incidents.actions.output import RunKeeper
from incidents.actions.plan import as_plan, digest_of, what_moved
from incidents.actions.storable import storable_text
from incidents.models import Approval, Run
from incidents.models import Plan as PlanRow
from incidents.states import ApprovalState, EffectChoice, IncidentState, RunState
from runbook.commands.base import NotRunnable, Outcome, Plan

logger = logging.getLogger(__name__)

OUTCOMES: dict[str, RunState] = {
    "succeeded": RunState.SUCCEEDED,
    "failed": RunState.FAILED,
    "unknown": RunState.UNKNOWN,
    "cancelled": RunState.CANCELLED,
}


def execute_run(run_id: int, *, worker: str) -> None:
    """Do a queued run. Safe to deliver twice: the second delivery finds it claimed.

    Raises only for faults of our own; the run is then left to its lease, which makes a change
    `unknown` and a read start again.
    """
    run = _claim(run_id, worker=worker)
    if run is None:
        return
    try:
        job = job_of(run)
    except NotRunnable as error:
        _end_unsent(run, RunState.FAILED, error.reason)
        return
    plan = as_plan(run.plan) if run.effect != EffectChoice.READS else None
    with RunKeeper(run) as keeper:
        if plan is not None and not _may_be_sent(run, job, plan):
            return
        if run.attempt > 1:
            keeper.emit(
                f"--- the worker before stopped answering; attempt {run.attempt} begins ---"
            )
        outcome = job.execute(keeper.emit, plan)
        if plan is not None and outcome.state == "succeeded":
            outcome = _verified(job, plan, outcome)
    _finish(run, outcome)


def _verified(job: Job, plan: Plan, outcome: Outcome) -> Outcome:
    """Google's word that a change is done is checked against the resource."""
    try:
        seen = job.verify(plan)
    except UNPLANNABLE as error:
        doubt = f"The resource could not be read afterwards: {job.words(error)}"
        return dataclasses.replace(outcome, message=f"{outcome.message} {doubt}")
    if seen.verdict == "applied":
        return outcome
    return dataclasses.replace(
        outcome,
        state="failed",
        message=f"Google reported success, but the resource is not as planned. {seen.message}",
    )


def _claim(run_id: int, *, worker: str) -> Run | None:
    """The run, held, with its authority read again in the transaction that starts it."""
    with transaction.atomic():
        hold(runs=run_id)
        run = claim_running(run_id, worker=worker)
        if run is None:
            return None
        objection = _objection(run)
        if objection is None:
            _tell_started(run)
            return run
        state, sentence = objection
        _withdraw_authority(run, state, sentence)
        return None


def _tell_started(run: Run) -> None:
    """That a change begins is a fact of its own; a read's request and end say enough."""
    if run.effect == EffectChoice.READS:
        live.changed(run.incident_id, panels_of(run))
        return
    timeline.record(
        incident_id=run.incident_id,
        actor=None,
        kind="run.started",
        text=f"run {run.number} starts: `{run.shown}`",
        panels=panels_of(run),
        data={"run": run.number, "attempt": run.attempt},
    )


def _objection(run: Run) -> tuple[RunState, str] | None:
    """Why this run must not start although it was queued, or None."""
    if run.incident.state != IncidentState.OPEN:
        return (
            RunState.CANCELLED,
            f"{run.incident.name} was {run.incident.state} before it started.",
        )
    if run.effect == EffectChoice.READS:
        return None
    approval = Approval.objects.select_related("decided_by").filter(run=run).first()
    plan = PlanRow.objects.filter(run=run).first()
    if approval is None or plan is None or approval.state != ApprovalState.APPROVED:
        return RunState.VOID, "It has no approval."
    if clock.now() >= approval.expires_at:
        return RunState.VOID, "The approval expired before the change started. Plan it again."
    if digest_of(run, as_plan(plan)) != approval.digest:
        return (
            RunState.VOID,
            "Command, parameters, environment or runbook differ from what was approved.",
        )
    approver = approval.decided_by
    if approver is None or approver.pk == run.requested_by_id:
        return RunState.VOID, "The approval is not by a second person."
    if not permissions.abilities(person=approver, incident=run.incident).can_approve:
        return RunState.VOID, f"{approver.get_username()} may not approve here any more."
    return None


def _withdraw_authority(run: Run, state: RunState, sentence: str) -> None:
    if end_run(run, old=RunState.RUNNING, new=state, actor=None, message=sentence, token=run.token):
        Approval.objects.filter(run=run).update(state=ApprovalState.VOID, void_reason=sentence)


def _may_be_sent(run: Run, job: Job, plan: Plan) -> bool:
    """The last look before a change: the world is as approved, the run still ours and wanted."""
    if _has_moved(run, job, plan):
        return False
    is_ours, is_cancelled = renew(run)
    if not is_ours:
        logger.warning("run %s was taken from this worker before it sent anything", run.pk)
    elif is_cancelled:
        _end_unsent(run, RunState.CANCELLED, "It was cancelled in time.")
    return is_ours and not is_cancelled


def _has_moved(run: Run, job: Job, plan: Plan) -> bool:
    """Read the resource once more, right before the change; a different plan voids the approval."""
    try:
        now = job.plan()
    except UNPLANNABLE as error:
        _end_unsent(
            run, RunState.FAILED, f"The resource could not be read first. {job.words(error)}"
        )
        return True
    moved = what_moved(plan, now)
    if not moved:
        return False
    with transaction.atomic():
        _withdraw_authority(
            run, RunState.VOID, f"Nothing was sent: since the approval {moved}. Plan it again."
        )
    return True


def _end_unsent(run: Run, state: RunState, sentence: str) -> None:
    with transaction.atomic():
        end_run(
            run,
            old=RunState.RUNNING,
            new=state,
            actor=None,
            token=run.token,
            message=f"Nothing was sent. {sentence}",
        )


def _finish(run: Run, outcome: Outcome) -> None:
    run.checks = compare(run, outcome.result) if outcome.state == "succeeded" else []
    with transaction.atomic():
        is_ours = end_run(
            run,
            old=RunState.RUNNING,
            new=OUTCOMES[outcome.state],
            actor=None,
            token=run.token,
            message=with_failures(outcome.message, run),
            result=outcome.result,
            checks=run.checks,
        )
        if is_ours and outcome.state == "unknown":
            queue.enqueue("probe_run", run.pk, queue="reads")
    if not is_ours:
        logger.warning("run %s was taken from this worker; its outcome is not recorded", run.pk)


def _seen(run: Run) -> str:
    try:
        job = job_of(run)
    except NotRunnable as error:
        return f"Looked again, without an answer: {error.reason}"
    try:
        found = job.probe(as_plan(run.plan))
    except UNPLANNABLE as error:
        return f"Looked again, without an answer: {job.words(error)}"
    return f"Looked again: {found.verdict}. {found.message}"


def probe_run(run_id: int, *, worker: str) -> None:
    """Look once, without changing anything, whether a change of unknown outcome can be seen."""
    run = (
        Run.objects.select_related(*LOADED, "plan")
        .filter(pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=True)
        .first()
    )
    if run is None:
        return
    sentence = storable_text(_seen(run))
    with transaction.atomic():
        hold(pk=run.incident_id)
        noted = Run.objects.filter(
            pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=True
        ).update(
            message=Concat("message", Value(f" {sentence}")),
            worker=worker[:120],
            probed_at=clock.now(),
        )
        if noted:
            timeline.record(
                incident_id=run.incident_id,
                actor=None,
                kind="run.probed",
                text=f"run {run.number}: {sentence}",
                panels=panels_of(run),
                data={"run": run.number},
            )
