"""What was changed in an incident, and what its checks last found, as updates tell it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident, Run
from incidents.states import EffectChoice, RunState
from runbook.document.definition import Json

MOST_CHANGES = 8
MOST_FIELDS = 6
MOST_FINDINGS = 8
_CONDITION = re.compile(r"\A(?:If|When) (?=[^:]{1,200}: )")


@dataclass(frozen=True, slots=True)
class Field:
    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was carried out, failed, or ended nobody knows how (`state`)."""

    step: str
    resource: str
    state: str
    fields: tuple[Field, ...]
    is_undo: bool

    @property
    def deed(self) -> str:
        """What was done; the condition of the runbook is by now a fact: "the pool is full: …"."""
        words = _CONDITION.sub("", self.step)
        return words[:1].upper() + words[1:]

    @property
    def outcome(self) -> str:
        if self.state == RunState.UNKNOWN:
            return "outcome not yet known"
        done = "done" if self.state == RunState.SUCCEEDED else "did not work"
        return f"taking it back: {done}" if self.is_undo else done


@dataclass(frozen=True, slots=True)
class Finding:
    """A check whose latest answer is not what the runbook expects."""

    step: str
    expected: str
    found: str


def changes_since(incident: Incident, start: datetime) -> tuple[Change, ...]:
    """In the order in which they ended; plans are kept without secrets."""
    ended = [RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN]
    rows = (
        Run.objects.filter(incident=incident, state__in=ended, finished_at__gte=start)
        .exclude(effect=EffectChoice.READS)
        .select_related("command__step", "plan")
        .order_by("finished_at")
    )
    return tuple(_change(run) for run in rows[:MOST_CHANGES])


def _change(run: Run) -> Change:
    plan = getattr(run, "plan", None)
    changes = plan.changes if plan else []
    return Change(
        step=run.command.step.title,
        resource=run.resource,
        state=run.state,
        fields=tuple(
            Field(one["path"], one.get("before"), one.get("after")) for one in changes[:MOST_FIELDS]
        ),
        is_undo=run.undoes_id is not None,
    )


def findings(incident: Incident) -> tuple[Finding, ...]:
    """Of each command's latest answer; a change that worked is followed by its own checks."""
    rows = incident.runs.filter(state__in=[RunState.SUCCEEDED, RunState.FAILED])
    read = rows.defer("result").select_related("command__step").order_by("finished_at", "pk")
    latest = {run.command_id: run for run in read}
    in_order = sorted(
        latest.values(), key=lambda run: (run.command.step.position, run.command.position)
    )
    found = [finding for run in in_order for finding in _failed(run)]
    return tuple(found[:MOST_FINDINGS])


def _failed(run: Run) -> Iterator[Finding]:
    for check in run.checks:
        if check.get("passed") is False and check.get("level") != "warn":
            expected = str(check.get("expected") or check.get("expression") or "")
            yield Finding(run.command.step.title, expected, str(check.get("found", "")))
