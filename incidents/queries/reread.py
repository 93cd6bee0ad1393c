"""What taking in a newer revision would do to one incident, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from incidents.models import Approval, Incident, Revision, Step, StepCommand
from incidents.states import ApprovalState, PhaseState, RunState, StepState
from runbook.document.definition import Runbook
from runbook.document.revisions import (
    RuleDifference,
    StepDifference,
    rule_differences,
    step_differences,
)


@dataclass(frozen=True, slots=True)
class StepPreview:
    """`told` says in a sentence what becomes of it here, "" when there is nothing to add."""

    difference: StepDifference
    told: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`void` counts approvals, waiting or given, that would be worth nothing afterwards."""

    steps: tuple[StepPreview, ...]
    rules: tuple[RuleDifference, ...]
    void: int

    @property
    def is_empty(self) -> bool:
        return not (self.steps or self.rules)


def newest_revision(incident: Incident) -> Revision | None:
    """The newest of the runbook, None when the incident has it."""
    newer = Revision.objects.filter(
        runbook=incident.revision.runbook_id, number__gt=incident.revision.number
    )
    return newer.defer("source").order_by("-number").first()


def read_preview(incident: Incident, *, old: Runbook, new: Runbook) -> Preview:
    rows = {row.key: row for row in incident.steps.select_related("phase")}
    commands = StepCommand.objects.filter(step__incident=incident)
    edited = set(commands.exclude(edited="").values_list("step_id", flat=True))
    used = Q(runs__isnull=False) | ~Q(pasted="") | ~Q(edited="")
    touched = set(commands.filter(used).values_list("step_id", flat=True))
    standing = Q(state=ApprovalState.WAITING) | Q(
        state=ApprovalState.APPROVED, run__state=RunState.QUEUED
    )
    return Preview(
        steps=tuple(
            StepPreview(one, _told(one, rows.get(one.key[:120]), touched=touched, edited=edited))
            for one in step_differences(old, new)
        ),
        rules=rule_differences(old, new),
        void=Approval.objects.filter(standing, run__incident=incident).count(),
    )


def _told(
    difference: StepDifference, row: Step | None, *, touched: set[int], edited: set[int]
) -> str:
    if row is None:
        return ""
    is_open = row.state == StepState.OPEN
    if difference.kind == "gone":
        if not is_open:
            return f"It is {row.get_state_display().lower()} and stays."
        if row.pk in touched:
            return "Something happened here: it stays, skipped, and nothing in it runs any more."
        return "It is removed."
    told = [] if is_open else [_of_decided(row)]
    if row.pk in edited:
        told.append("A command was edited here: the edit stands, the new text is shown beside it.")
    if row.phase.state == PhaseState.COMPLETED:
        told.append("Its phase is completed.")
    return " ".join(told)


def _of_decided(row: Step) -> str:
    return f"It is {row.get_state_display().lower()} and keeps its words; its commands follow."
