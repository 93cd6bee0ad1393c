"""What a worker does with a run: claim it, do it once, keep its output, record the outcome."""

from __future__ import annotations

import dataclasses
import logging

from django.db import transaction

from incidents import draining, queue
from incidents.actions import authority
from incidents.actions.claim import claim
from incidents.actions.compare import compare, with_failures
from incidents.actions.job import UNPLANNABLE, Job, job_of
from incidents.actions.leases import mark_sent, renew
from incidents.actions.moves import end_run
from incidents.actions.output import RunKeeper
from incidents.actions.plan_rows import as_plan
from incidents.models import Run
from incidents.states import EffectChoice, RunState
from runbook.commands.base import HandedBack, NotRunnable, Outcome, Plan

logger = logging.getLogger(__name__)

OUTCOMES: dict[str, RunState] = {
    "succeeded": RunState.SUCCEEDED,
    "failed": RunState.FAILED,
    "unknown": RunState.UNKNOWN,
    "cancelled": RunState.CANCELLED,
}


def execute_run(run_id: int, *, worker: str) -> None:
    """Do a queued run. Safe to deliver twice: the second delivery finds it claimed. A worker that
    is to stop takes up nothing; the sweep announces the run again.

    Raises only for faults of our own; the run is then left to its lease: what was not sent starts
    again, and a change that was becomes `unknown`.
    """
    if draining.is_asked():
        return
    run = claim(run_id, worker=worker)
    if run is None:
        return
    try:
        job = job_of(run)
    except NotRunnable as error:
        _end_unsent(run, RunState.FAILED, error.reason)
        return
    plan = as_plan(run.plan) if run.effect != EffectChoice.READS else None
    with RunKeeper(run) as keeper:
        if plan is not None and not _may_be_sent(run, job, plan, keeper):
            return
        if run.attempt > 1:
            keeper.emit(
                f"--- the worker before stopped answering; attempt {run.attempt} begins ---"
            )
        outcome = _outcome(job, plan, keeper)
        if plan is not None and outcome.state == "succeeded":
            outcome = _verified(job, plan, outcome)
    if not keeper.has_left:
        _finish(run, outcome)


def _outcome(job: Job, plan: Plan | None, keeper: RunKeeper) -> Outcome:
    """One that is handed back is not recorded, unless somebody wants it stopped for good."""
    try:
        return job.execute(keeper.emit, plan, keeper.check)
    except HandedBack:
        return Outcome("cancelled", "Cancelled.")


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


def _may_be_sent(run: Run, job: Job, plan: Plan, keeper: RunKeeper) -> bool:
    """The last look before a change: the world is as approved, the run still ours and wanted. That
    it is sent is stored first, so a run without that note has certainly changed nothing."""
    if not _is_as_planned(run, job, plan):
        return False
    if draining.is_asked():
        keeper.leave()
        return False
    if mark_sent(run):
        return True
    is_ours, is_cancelled = renew(run)
    if is_ours and is_cancelled:
        _end_unsent(run, RunState.CANCELLED, "It was cancelled in time.")
    else:
        logger.warning("run %s was taken from this worker before it sent anything", run.pk)
    return False


def _is_as_planned(run: Run, job: Job, plan: Plan) -> bool:
    try:
        found = authority.objection_of_the_world(run, job, plan)
    except UNPLANNABLE as error:
        _end_unsent(
            run, RunState.FAILED, f"The resource could not be read first. {job.words(error)}"
        )
        return False
    if found is not None:
        with transaction.atomic():
            authority.withdraw(run, found)
    return found is None


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
