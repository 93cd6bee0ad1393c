"""Rows as JSON: what pages show, under names that stay. Texts are those that people read."""

from __future__ import annotations

from typing import Any

from incidents.models import Approval, Incident, Phase, Plan, Run, Step, StepCommand

Json = dict[str, Any]  # Any: JSON


def incident_line(incident: Incident) -> Json:
    return {
        "name": incident.name,
        "title": incident.title,
        "severity": incident.severity,
        "state": incident.state,
        "environment": incident.environment.name,
        "commander": incident.commander.get_username(),
        "is_drill": incident.is_drill,
        "started_at": incident.started_at,
        "resolved_at": incident.resolved_at,
    }


def phase(row: Phase, steps: list[Json]) -> Json:
    return {
        "id": row.pk,
        "position": row.position,
        "title": row.title,
        "state": row.state,
        "is_rollback": row.is_rollback,
        "steps": steps,
    }


def step(row: Step, commands: list[Json]) -> Json:
    return {
        "id": row.pk,
        "key": row.key,
        "kind": row.kind,
        "title": row.title,
        "state": row.state,
        "decided_by": row.decided_by.get_username() if row.decided_by else None,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "commands": commands,
    }


def command(row: StepCommand, run_ids: list[int]) -> Json:
    """`effect` is "" for one that is not run here, and `reason` says why; `runs` are the newest
    first."""
    return {
        "id": row.pk,
        "text": row.shown,
        "effect": row.effect,
        "reason": row.reason,
        "runs": run_ids,
    }


def run_line(row: Run) -> Json:
    return {
        "id": row.pk,
        "number": row.number,
        "command": row.command_id,
        "text": row.shown,
        "effect": row.effect,
        "state": row.state,
        "message": row.message,
        "requested_by": row.requested_by.get_username(),
        "requested_at": row.requested_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "failed_checks": row.failed_checks,
        "last_line": row.last_line,
        "undoes": row.undoes_id,
        "waits_for": row.waits_for_id,
    }


def run(row: Run) -> Json:
    """The run loaded with plan and approval where it has them."""
    asked: Approval | None = getattr(row, "approval", None)
    planned: Plan | None = getattr(row, "plan", None)
    return run_line(row) | {
        "incident": row.incident.name,
        "reason": row.reason,
        "emergency_reason": row.emergency_reason,
        "checks": row.checks,
        "plan": plan(planned) if planned else None,
        "approval": approval_line(asked) if asked else None,
    }


def plan(row: Plan) -> Json:
    return {
        "digest": row.digest,
        "resource": row.resource,
        "changes": row.changes,
        "warnings": row.warnings,
        "refusals": row.refusals,
        "undo": row.undo,
        "why_no_undo": row.why_no_undo,
    }


def approval_line(row: Approval) -> Json:
    return {
        "id": row.pk,
        "state": row.state,
        "digest": row.digest,
        "requirements": row.requirements,
        "is_emergency": row.is_emergency,
        "asked_at": row.asked_at,
        "expires_at": row.expires_at,
        "decided_by": row.decided_by.get_username() if row.decided_by else None,
        "decided_at": row.decided_at,
        "words": row.words,
        "void_reason": row.void_reason,
        "moved": row.moved,
    }


def approval(row: Approval) -> Json:
    """With the run that it is about, and its plan."""
    return approval_line(row) | {
        "incident": row.run.incident.name,
        "run": run_line(row.run),
        "plan": plan(row.run.plan),
    }
