"""Every change that somebody asked for: what it was to do, who agreed, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from incidents.models import Approval, Incident, Plan, Run
from incidents.queries.report.wording import moment, said, who
from incidents.states import ApprovalState, EffectChoice, Verdict
from incidents.visible_text import readable, visible

MOST_FIELDS = 60


@dataclass(frozen=True, slots=True)
class FieldMove:
    """One field of a resource, in words."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said to a plan."""

    person: str
    verdict: str
    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """A run that changes or destroys. `waited` are the seconds between question and answer, None
    while nobody has answered or was asked; `left_out` counts fields beyond those that are told.
    `approval` says how the question ended where no decision does; `why_no_undo` stands where
    nothing takes it back."""

    run: Run
    step: str
    command: str
    resource: str
    asked_by: str
    moves: tuple[FieldMove, ...]
    left_out: int
    warnings: tuple[str, ...]
    undo: str
    why_no_undo: str
    decisions: tuple[Said, ...]
    approval: str
    waited: float | None
    took: float | None
    undoes: int | None
    undone_by: tuple[int, ...]

    @property
    def outcome(self) -> str:
        return str(self.run.get_state_display()).lower()


def read_changes(incident: Incident) -> tuple[Change, ...]:
    """In the order in which they were asked for."""
    runs = (
        incident.runs.exclude(effect=EffectChoice.READS)
        .select_related("command__step", "requested_by", "plan", "approval", "undoes")
        .prefetch_related("approval__decisions__person", "undone_by")
        .order_by("number")
    )
    return tuple(_change(run) for run in runs)


def _change(run: Run) -> Change:
    plan, approval = _plan(run), _approval_of(run)
    fields = plan.changes if plan else []
    return Change(
        run=run,
        step=run.command.step.title,
        command=run.shown,
        resource=visible(plan.resource if plan else run.resource),
        asked_by=who(run.requested_by),
        moves=tuple(_moves(fields[:MOST_FIELDS])),
        left_out=max(0, len(fields) - MOST_FIELDS),
        warnings=tuple(readable(str(warning)) for warning in plan.warnings) if plan else (),
        undo=visible(plan.undo) if plan else "",
        why_no_undo=readable(plan.why_no_undo) if plan and not plan.undo else "",
        decisions=tuple(_decisions(approval)),
        approval=_approval(approval),
        waited=_waited(approval),
        took=_took(run),
        undoes=run.undoes.number if run.undoes else None,
        undone_by=tuple(sorted(other.number for other in run.undone_by.all())),
    )


def _plan(run: Run) -> Plan | None:
    try:
        return run.plan
    except ObjectDoesNotExist:
        return None


def _approval_of(run: Run) -> Approval | None:
    try:
        return run.approval
    except ObjectDoesNotExist:
        return None


def _moves(fields: Iterable[dict[str, Any]]) -> Iterable[FieldMove]:  # Any: JSON of a plan
    for field in fields:
        yield FieldMove(visible(field["path"]), said(field["before"]), said(field["after"]))


def _decisions(approval: Approval | None) -> Iterable[Said]:
    for one in approval.decisions.all() if approval else ():
        verb = "approved" if one.verdict == Verdict.APPROVED else "rejected"
        yield Said(who(one.person), verb, moment(one.at), readable(one.words))


def _approval(approval: Approval | None) -> str:
    if approval is None or approval.state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        return ""
    why = f": {readable(approval.void_reason)}" if approval.void_reason else ""
    return f"{approval.state}{why}"


def _waited(approval: Approval | None) -> float | None:
    if approval is None or approval.decided_at is None:
        return None
    return (approval.decided_at - approval.asked_at).total_seconds()


def _took(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
