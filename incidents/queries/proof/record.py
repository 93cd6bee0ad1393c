"""Rows of an incident as JSON, for those who read them outside of Runbook.

What stands under a name in `sealed_as` is proven: the timeline has its digest (`seals.py`), written
with the fact itself, so all of it must be in hand where the fact is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from incidents.models import Approval, Decision, Incident, Phase, Plan, Run, Step
from incidents.plan_digest import PLAN_FIELDS
from incidents.states import LIVE_RUN_STATES, PhaseState, StepState

Json = dict[str, Any]  # Any: JSON
ROWS_AT_ONCE = 20


def of_incident(incident: Incident) -> Json:
    environment, revision = incident.environment, incident.revision
    return {
        "name": incident.name,
        **facts_of_incident(incident),
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
        "phases": _outline(incident),
    }


def facts_of_incident(incident: Incident) -> Json:
    """Each is sealed by itself: "incident, severity"."""
    same = ("title", "severity", "state", "is_drill", "parameters", "resolution", "impact")
    times = ("started_at", "resolved_at", "acknowledged_at", "mitigated_at")
    return {
        **{column: getattr(incident, column) for column in (*same, "summary")},
        **{column: moment(getattr(incident, column)) for column in times},
        "commander": incident.commander.get_username(),
    }


def _outline(incident: Incident) -> list[Json]:
    """Phases and steps as the runbook has them; how they went is told apart."""
    steps = [(step.phase_id, step) for step in incident.steps.all()]
    return [
        {
            "phase": phase.pk,
            "title": phase.title,
            "steps": [
                {"step": step.pk, "key": step.key, "title": step.title}
                for phase_id, step in steps
                if phase_id == phase.pk
            ],
        }
        for phase in incident.phases.all()
    ]


def of_phases(incident: Incident) -> Iterator[Json]:
    """Those that have begun."""
    begun = incident.phases.exclude(state=PhaseState.PENDING)
    yield from map(of_progress, begun.select_related("completed_by"))


def of_steps(incident: Incident) -> Iterator[Json]:
    """Those that somebody decided about."""
    decided = incident.steps.exclude(state=StepState.OPEN)
    yield from map(of_decided_step, decided.select_related("decided_by"))


def of_progress(phase: Phase) -> Json:
    return {
        "sealed_as": f"phase {phase.pk}",
        "state": phase.state,
        "started_at": moment(phase.started_at),
        "completed_at": moment(phase.completed_at),
        "completed_by": name(phase.completed_by),
    }


def of_decided_step(step: Step) -> Json:
    return {
        "sealed_as": f"step {step.pk}",
        "key": step.key,
        "state": step.state,
        "decided_at": moment(step.decided_at),
        "decided_by": name(step.decided_by),
        "reason": step.reason,
    }


def of_runs(incident: Incident) -> Iterator[Json]:
    runs = incident.runs.order_by("number").select_related(
        "command__step", "requested_by", "rule_author", "undoes", "left_by"
    )
    for run in runs.iterator(chunk_size=ROWS_AT_ONCE):
        yield _run(run)


def _run(run: Run) -> Json:
    """What only says how things end is null until they have."""
    has_ended = run.state not in LIVE_RUN_STATES
    told = {what: getattr(run, what) for what in ("state", "result", "checks")}
    return {
        "run": run.number,
        "asked": of_asked_run(run),
        "ended": of_ended_run(run) if has_ended else None,
        "left": of_left_run(run) if run.left_at else None,
        "attempt": run.attempt,
        **{
            what: valued(f"run {run.number}, {what}", value) if has_ended else None
            for what, value in told.items()
        },
    }


def of_asked_run(run: Run) -> Json:
    """What people see of it: never the text of a command that holds a secret value."""
    same = ("effect", "resource", "reason", "emergency_reason", "undo_part")
    return {
        "sealed_as": f"run {run.number}, as asked for",
        "step": run.command.step.key,
        "command": run.shown,
        "requested_by": run.requested_by.get_username(),
        "requested_at": moment(run.requested_at),
        "rule_author": name(run.rule_author),
        "undoes": run.undoes.number if run.undoes else None,
        **{column: getattr(run, column) for column in same},
    }


def of_ended_run(
    run: Run, *, message: str | None = None, finished_at: datetime | None = None
) -> Json:
    """Also of unknown outcome; its state is told by the entry itself. `message` and `finished_at`
    are those that the row has got since it was read."""
    return {
        "sealed_as": f"run {run.number}, as it ended",
        "message": run.message if message is None else message,
        "started_at": moment(run.started_at),
        "sent_at": moment(run.sent_at),
        "finished_at": moment(finished_at or run.finished_at),
    }


def of_left_run(run: Run) -> Json:
    return {
        "sealed_as": f"run {run.number}, as it was left",
        "left_by": name(run.left_by),
        "left_at": moment(run.left_at),
    }


def valued(name: str, value: object) -> Json:
    """The timeline has the digest of the value under a name of its own."""
    return {"sealed_as": name, "value": value}


def of_plans(incident: Incident) -> Iterator[Json]:
    """What the digest is over, where somebody was asked."""
    plans = Plan.objects.filter(run__incident=incident).order_by("run__number")
    for plan in plans.select_related("run__approval").iterator(chunk_size=ROWS_AT_ONCE):
        approval = getattr(plan.run, "approval", None)
        yield {
            "run": plan.run.number,
            "plan": _plan(plan, approval) if approval else None,
            "unasked": None if approval else _columns(plan),
            "refusals": plan.refusals,
            "identity": plan.identity,
            "made_at": moment(plan.created_at),
            "used_at": moment(approval.used_at) if approval else None,
        }


def _plan(plan: Plan, approval: Approval) -> Json:
    whole = {"named": approval.named, "plan": _columns(plan)}
    return valued(f"run {plan.run.number}, plan", whole)


def _columns(plan: Plan) -> Json:
    return {column: getattr(plan, column) for column in PLAN_FIELDS}


def of_approvals(incident: Incident) -> Iterator[Json]:
    approvals = Approval.objects.filter(run__incident=incident).order_by("run__number")
    loaded = approvals.select_related("run", "decided_by")
    for approval in loaded.iterator(chunk_size=ROWS_AT_ONCE):
        yield of_approval(approval)


def of_approval(approval: Approval) -> Json:
    same = ("digest", "state", "requirements", "is_emergency", "words", "void_reason")
    return {
        "sealed_as": f"approval of run {approval.run.number}",
        "run": approval.run.number,
        "decided_by": name(approval.decided_by),
        "moved": approval.moved,
        "evidence": valued(f"run {approval.run.number}, evidence", approval.evidence),
        **{column: getattr(approval, column) for column in same},
        **{at: moment(getattr(approval, at)) for at in ("asked_at", "expires_at", "decided_at")},
    }


def of_decisions(incident: Incident) -> Iterator[Json]:
    rows = Decision.objects.filter(approval__run__incident=incident).order_by("at", "pk")
    loaded = rows.select_related("person", "approval__run")
    for decision in loaded.iterator(chunk_size=ROWS_AT_ONCE):
        yield of_decision(decision)


def of_decision(decision: Decision) -> Json:
    run, person = decision.approval.run.number, decision.person.get_username()
    return {
        "sealed_as": f"decision of {person} about run {run}",
        "run": run,
        "person": person,
        "at": moment(decision.at),
        "proven_at": moment(decision.proven_at),
        "plan": valued(f"run {run}, {person} {decision.verdict}", decision.digest),
        **{name: getattr(decision, name) for name in ("verdict", "words", "roles")},
        "source": decision.source,
    }


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def name(person: User | None) -> str | None:
    return person.get_username() if person else None
