"""What a worker does with a run: claim it, do it once, keep its output, record the outcome."""

from __future__ import annotations

import dataclasses
import logging

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from incidents import clock, live, queue, timeline
from incidents.actions import authority
from incidents.actions.compare import compare, with_failures
from incidents.actions.job import UNPLANNABLE, Job, job_of
from incidents.actions.leases import LOADED, claim_running, renew
from incidents.actions.moves import end_run, hold, panels_of
from incidents.actions.output import RunKeeper
from incidents.actions.plan import as_plan
from incidents.actions.storable import storable_text
from incidents.models import Run
from incidents.states import EffectChoice, RunState
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
        objection = authority.objection(run, clock.now())
        if objection is None:
            _tell_started(run)
            return run
        authority.withdraw(run, objection)
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


def _may_be_sent(run: Run, job: Job, plan: Plan) -> bool:
    """The last look before a change: the world is as approved, the run still ours and wanted."""
    if not _is_as_planned(run, job, plan):
        return False
    is_ours, is_cancelled = renew(run)
    if not is_ours:
        logger.warning("run %s was taken from this worker before it sent anything", run.pk)
    elif is_cancelled:
        _end_unsent(run, RunState.CANCELLED, "It was cancelled in time.")
    return is_ours and not is_cancelled


def _is_as_planned(run: Run, job: Job, plan: Plan) -> bool:
    try:
        found = authority.objection_of_the_world(job, plan)
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
