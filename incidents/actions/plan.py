"""Planning a change: the worker reads the resource and puts exactly that plan up for approval."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from incidents import clock, draining, ledger, timeline
from incidents.actions.compare import compare, with_failures
from incidents.actions.evidence import evidence_for
from incidents.actions.job import UNPLANNABLE, Job, job_of
from incidents.actions.leases import claim_planning
from incidents.actions.locks import lock_name
from incidents.actions.moves import end_run, hold, move_run, panels_of
from incidents.actions.named import named_of
from incidents.actions.output import RunKeeper
from incidents.actions.plan_rows import as_columns, as_plan, identity_of
from incidents.actions.tell_of_runs import ask_approvers
from incidents.models import Approval, Plan, Run
from incidents.plan_digest import digest_of
from incidents.queries.proof.record import of_approval
from incidents.queries.proof.seals import seals_of
from incidents.requirements import seconds_to_decide
from incidents.states import RunState
from incidents.windows import why_closed
from runbook.commands import base
from runbook.commands.base import Cancelled, NotRunnable

UNCHANGED = "Nothing to change: the resource is already as asked."


def plan_run(run_id: int, *, worker: str) -> None:
    """Compute the plan of a run in `planning`. A second delivery finds it claimed. A worker that is
    to stop takes up nothing, and what it has taken up is handed back."""
    if draining.is_asked():
        return
    run = claim_planning(run_id, worker=worker)
    if run is None:
        return
    try:
        job = job_of(run)
    except NotRunnable as error:
        _fail(run, f"No plan could be made. {error.reason}")
        return
    try:
        with RunKeeper(run) as keeper:
            identity = identity_of(job)
            plan = job.plan(keeper.check)
    except Cancelled:
        return  # the run is not this worker's any more
    except UNPLANNABLE as error:
        _fail(run, f"No plan could be made. {job.words(error)}")
        return
    if not keeper.has_left:
        _store(run, job, plan, identity)


def _fail(run: Run, message: str) -> None:
    with transaction.atomic():
        end_run(
            run,
            old=RunState.PLANNING,
            new=RunState.FAILED,
            actor=None,
            message=message,
            token=run.token,
        )


def _store(run: Run, job: Job, plan: base.Plan, identity: str) -> None:
    with transaction.atomic():
        hold(pk=run.incident_id)
        row = _write(run, plan, identity)
        if plan.refusals:
            ended = (RunState.FAILED, "Refused: " + " ".join(plan.refusals))
        elif not plan.changes:
            run.checks = compare(run, job.as_read(plan).before)
            ended = (RunState.SUCCEEDED, with_failures(UNCHANGED, run))
        else:
            _ask(run, row)
            return
        is_ours = end_run(
            run,
            old=RunState.PLANNING,
            new=ended[0],
            actor=None,
            message=ended[1],
            token=run.token,
            result=plan.before,
            checks=run.checks,
        )
        if not is_ours:
            transaction.set_rollback(True)


def _write(run: Run, plan: base.Plan, identity: str) -> Plan:
    """The digest is over what the database gives back, which is what is compared later."""
    row = Plan.objects.create(
        run=run, **as_columns(plan), identity=identity, digest="", created_at=clock.now()
    )
    row.refresh_from_db()
    row.digest = digest_of(named_of(run, identity=identity), as_columns(as_plan(row)))
    Plan.objects.filter(pk=row.pk).update(digest=row.digest)
    return row


def _ask(run: Run, plan: Plan) -> None:
    now = clock.now()
    closed = "" if run.emergency_reason else why_closed(run.incident.environment, now)
    if closed:
        message = f"Planned, and not put up for approval: {closed} Ask again as an emergency."
        is_ours = end_run(
            run,
            old=RunState.PLANNING,
            new=RunState.CANCELLED,
            actor=None,
            message=message,
            token=run.token,
        )
    else:
        is_ours = move_run(
            run,
            old=RunState.PLANNING,
            new=RunState.WAITING,
            token=run.token,
            lease_until=None,
            attempt=0,
            lock_name=lock_name(run.incident.environment, plan.resource),
        )
    if not is_ours:
        transaction.set_rollback(True)
    elif not closed:
        _put_up(run, plan, now)


def _put_up(run: Run, plan: Plan, now: datetime) -> None:
    named = named_of(run, identity=plan.identity)
    approval = Approval.objects.create(
        run=run,
        digest=plan.digest,
        named=named,
        requirements=named["requirements"],
        is_emergency=bool(run.emergency_reason),
        evidence=evidence_for(run),
        asked_at=now,
        expires_at=now + timedelta(seconds=seconds_to_decide(run)),
    )
    timeline.record(
        incident_id=run.incident_id,
        actor=run.requested_by,
        kind="approval.asked",
        text=_asking(run, plan),
        panels=[*panels_of(run), "approvals", "header", "incidents"],
        data={
            "run": run.number,
            "digest": plan.digest,
            "requirements": named["requirements"],
            "evidence": ledger.digest_of_json(approval.evidence),
            "expires_at": approval.expires_at.isoformat(),
        },
        seals=seals_of(of_approval(approval)),
    )
    ask_approvers(approval)


def _asking(run: Run, plan: Plan) -> str:
    why = f" because {run.reason}" if run.reason else ""
    urgent = f"; as an emergency: {run.emergency_reason}" if run.emergency_reason else ""
    return f"asks for approval of plan {plan.short_digest}: `{run.shown}`{why}{urgent}"
