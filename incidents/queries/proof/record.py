"""Rows of an incident as JSON, for those who read them outside of Runbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from incidents.models import Approval, Decision, Incident, Phase, Plan, Run
from incidents.plan_digest import PLAN_FIELDS

Json = dict[str, Any]  # Any: JSON
ROWS_AT_ONCE = 20


def of_incident(incident: Incident) -> Json:
    environment, revision = incident.environment, incident.revision
    return {
        "name": incident.name,
        "title": incident.title,
        "severity": incident.severity,
        "state": incident.state,
        "is_drill": incident.is_drill,
        "environment": {
            column: getattr(environment, column)
            for column in ("name", "project", "region", "endpoint", "is_protected")
        },
        "runbook": {
            "slug": revision.runbook.slug,
            "title": revision.runbook.title,
            "revision": revision.number,
            "digest": revision.digest,
        },
        "parameters": incident.parameters,
        "commander": incident.commander.get_username(),
        "started_at": moment(incident.started_at),
        "resolved_at": moment(incident.resolved_at),
        "acknowledged_at": moment(incident.acknowledged_at),
        "mitigated_at": moment(incident.mitigated_at),
        "resolution": incident.resolution,
        "impact": incident.impact,
        "summary": incident.summary,
        "phases": [_phase(phase) for phase in incident.phases.all()],
    }


def _phase(phase: Phase) -> Json:
    steps = phase.incident.steps.filter(phase=phase).select_related("decided_by")
    return {
        "title": phase.title,
        "state": phase.state,
        "started_at": moment(phase.started_at),
        "completed_at": moment(phase.completed_at),
        "completed_by": name(phase.completed_by),
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "state": step.state,
                "decided_at": moment(step.decided_at),
                "decided_by": name(step.decided_by),
                "reason": step.reason,
            }
            for step in steps
        ],
    }


def of_runs(incident: Incident) -> Iterator[Json]:
    runs = incident.runs.order_by("number").select_related(
        "command__step", "requested_by", "undoes", "left_by"
    )
    for run in runs.iterator(chunk_size=ROWS_AT_ONCE):
        yield _run(run)


def _run(run: Run) -> Json:
    """What people see of it: never the text of a command that holds a secret value."""
    same = ("effect", "resource", "state", "attempt", "message", "result", "checks", "reason")
    more = ("emergency_reason", "undo_part", "output_digest")
    times = ("requested_at", "started_at", "sent_at", "finished_at", "left_at")
    return {
        "run": run.number,
        "step": run.command.step.key,
        "command": run.shown,
        "requested_by": run.requested_by.get_username(),
        "left_by": name(run.left_by),
        "undoes": run.undoes.number if run.undoes else None,
        "lines": run.last_line,
        **{column: getattr(run, column) for column in (*same, *more)},
        **{column: moment(getattr(run, column)) for column in times},
    }


def of_plans(incident: Incident) -> Iterator[Json]:
    """`named` and `plan` are what the digest is over; `named` is null when nobody was asked."""
    plans = Plan.objects.filter(run__incident=incident).order_by("run__number")
    for plan in plans.select_related("run__approval").iterator(chunk_size=ROWS_AT_ONCE):
        approval = getattr(plan.run, "approval", None)
        yield {
            "run": plan.run.number,
            "digest": plan.digest,
            "named": approval.named if approval else None,
            "plan": {column: getattr(plan, column) for column in PLAN_FIELDS},
            "refusals": plan.refusals,
            "identity": plan.identity,
            "created_at": moment(plan.created_at),
        }


def of_approvals(incident: Incident) -> Iterator[Json]:
    approvals = Approval.objects.filter(run__incident=incident).order_by("run__number")
    loaded = approvals.select_related("run", "decided_by")
    for approval in loaded.iterator(chunk_size=ROWS_AT_ONCE):
        yield _approval(approval)


def _approval(approval: Approval) -> Json:
    same = ("digest", "state", "requirements", "is_emergency", "evidence", "words", "void_reason")
    times = ("asked_at", "expires_at", "decided_at", "used_at")
    return {
        "run": approval.run.number,
        "decided_by": name(approval.decided_by),
        "moved": approval.moved,
        **{column: getattr(approval, column) for column in same},
        **{column: moment(getattr(approval, column)) for column in times},
        "decisions": [_decision(one) for one in approval.decisions.select_related("person")],
    }


def _decision(decision: Decision) -> Json:
    same = ("verdict", "digest", "words", "roles", "source")
    return {
        "person": decision.person.get_username(),
        "at": moment(decision.at),
        "proven_at": moment(decision.proven_at),
        **{column: getattr(decision, column) for column in same},
    }


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def name(person: User | None) -> str | None:
    return person.get_username() if person else None
