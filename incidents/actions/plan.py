"""Planning a change: the worker reads the resource and puts exactly that plan up for approval."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import timedelta
from typing import Any

from django.db import transaction

from incidents import clock, timeline
from incidents.actions.compare import compare, with_failures
from incidents.actions.job import UNPLANNABLE, job_of
from incidents.actions.leases import claim_planning
from incidents.actions.moves import end_run, hold, move_run, panels_of
from incidents.actions.output import RunKeeper
from incidents.models import Approval, Plan, Run
from incidents.states import EffectChoice, RunState
from runbook.commands import base
from runbook.commands.base import NotRunnable

UNCHANGED = "Nothing to change: the resource is already as asked."


def plan_run(run_id: int, *, worker: str) -> None:
    """Compute the plan of a run in `planning`. A second delivery finds it claimed."""
    run = claim_planning(run_id, worker=worker)
    if run is None:
        return
    try:
        job = job_of(run)
    except NotRunnable as error:
        _fail(run, f"No plan could be made. {error.reason}")
        return
    try:
        with RunKeeper(run):
            plan = job.plan()
    except UNPLANNABLE as error:
        _fail(run, f"No plan could be made. {job.words(error)}")
        return
    _store(run, plan)


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


def _store(run: Run, plan: base.Plan) -> None:
    now = clock.now()
    with transaction.atomic():
        hold(pk=run.incident_id)
        row = Plan.objects.create(
            run=run,
            **as_columns(plan),
            digest=digest_of(run, plan),
            created_at=now,
        )
        if plan.refusals:
            ended = (RunState.FAILED, "Refused: " + " ".join(plan.refusals))
        elif not plan.changes:
            run.checks = compare(run, plan.before)
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


def _ask(run: Run, plan: Plan) -> None:
    now = clock.now()
    if not move_run(
        run,
        old=RunState.PLANNING,
        new=RunState.WAITING,
        token=run.token,
        lease_until=None,
        attempt=0,
    ):
        transaction.set_rollback(True)
        return
    Approval.objects.create(
        run=run,
        digest=plan.digest,
        evidence=_evidence(run),
        asked_at=now,
        expires_at=now + timedelta(seconds=run.incident.approval_expires),
    )
    timeline.record(
        incident_id=run.incident_id,
        actor=run.requested_by,
        kind="approval.asked",
        text=f"asks for approval of plan {plan.short_digest}: `{run.shown}`",
        panels=[*panels_of(run), "approvals", "header", "incidents"],
        data={"run": run.number, "digest": plan.digest},
    )


def _evidence(run: Run) -> list[dict[str, Any]]:  # Any: JSON
    """The latest finished diagnostic of each command up to this phase, as it stood when asked."""
    latest: dict[int, dict[str, Any]] = {}
    diagnostics = Run.objects.filter(
        incident_id=run.incident_id, effect=EffectChoice.READS, finished_at__isnull=False
    ).order_by("finished_at")
    for found in diagnostics:
        latest[found.command_id] = {
            "run": found.number,
            "text": found.text,
            "state": found.state,
            "failed_checks": found.failed_checks,
        }
    return sorted(latest.values(), key=lambda item: (-item["failed_checks"], item["run"]))[:20]


def as_columns(plan: base.Plan) -> dict[str, Any]:  # Any: JSON columns
    return {
        "resource": plan.resource[:300],
        "before": plan.before,
        "after": plan.after,
        "changes": [dataclasses.asdict(change) for change in plan.changes],
        "fingerprint": plan.fingerprint[:200],
        "warnings": list(plan.warnings),
        "refusals": list(plan.refusals),
        "undo": plan.undo,
        "why_no_undo": plan.why_no_undo,
    }


def as_plan(row: Plan) -> base.Plan:
    """The stored plan as the engine's value."""
    return base.Plan(
        resource=row.resource,
        before=row.before,
        after=row.after,
        changes=tuple(base.FieldChange(**change) for change in row.changes),
        fingerprint=row.fingerprint,
        warnings=tuple(row.warnings),
        refusals=tuple(row.refusals),
        undo=row.undo,
        why_no_undo=row.why_no_undo,
    )


def digest_of(run: Run, plan: base.Plan) -> str:
    """SHA-256 in hex over everything an approval stands for: command, parameters, environment,
    runbook, and the plan itself. The same inputs give the same digest on every machine."""
    environment = run.incident.environment
    named = {
        "command": run.text,
        "parameters": run.incident.parameters,
        "environment": [
            environment.name,
            environment.project,
            environment.region,
            environment.endpoint,
        ],
        "runbook": run.incident.revision.digest,
        "plan": {
            "resource": plan.resource,
            "before": plan.before,
            "after": plan.after,
            "changes": [dataclasses.asdict(change) for change in plan.changes],
            "fingerprint": plan.fingerprint,
        },
    }
    canonical = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def what_moved(old: base.Plan, new: base.Plan) -> str:
    """Words for the fields that differ between the approved plan and the world now, or ""."""
    if old.fingerprint == new.fingerprint and old.changes == new.changes:
        return ""
    planned = {change.path: change for change in old.changes}
    found = {change.path: change for change in new.changes}
    moved = []
    for path in sorted(planned.keys() | found.keys()):
        # A field that only one plan would change already has, in the other, the wanted value.
        was = planned[path].before if path in planned else found[path].after
        now = found[path].before if path in found else planned[path].after
        if was != now:
            moved.append(f"{path} was {was!r} and is now {now!r}")
    return "; ".join(moved) or "the resource was written to since the plan was made"
