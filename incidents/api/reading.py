"""What can be read."""

from __future__ import annotations

from collections import defaultdict

from incidents import permissions
from incidents.api import shapes
from incidents.api.endpoint import Call, Json
from incidents.models import Approval, Incident, Run, StepCommand
from incidents.queries.output import read_page
from incidents.refusal import Refused
from incidents.states import ApprovalState, IncidentState
from incidents.views.requests import find_incident, number_in

PAGE = 50


def incidents(call: Call) -> Json:
    """The newest first: those that are open, or all with `?state=all`; `?before=N` pages on."""
    rows = permissions.visible_incidents(call.person).select_related("environment", "commander")
    if call.query.get("state") != "all":
        rows = rows.filter(state=IncidentState.OPEN)
    before = _number(call, "before")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(rows.order_by("-number")[: PAGE + 1])
    more = found[PAGE - 1].number if len(found) > PAGE else None
    return {"incidents": [shapes.incident_line(row) for row in found[:PAGE]], "before": more}


def incident(call: Call, number: int) -> Json:
    """One incident with its phases, steps and commands, its runs, and the approvals that wait."""
    row = find_incident(call.person, number=number)
    runs = list(row.runs.select_related("requested_by").defer("result").order_by("-pk"))
    waiting = _approvals(run__incident=row, state=ApprovalState.WAITING)
    return shapes.incident_line(row) | {
        "summary": row.summary,
        "impact": row.impact,
        "resolution": row.resolution,
        "parameters": row.parameters,
        "phases": _phases(row, runs),
        "runs": [shapes.run_line(run) for run in runs],
        "approvals": [shapes.approval(approval) for approval in waiting],
    }


def run(call: Call, run_id: int) -> Json:
    return shapes.run(find_run(call, run_id))


def run_output(call: Call, run_id: int) -> Json:
    """A page of lines: the last ones, or those `?after=N` or `?before=N`."""
    page = read_page(
        find_run(call, run_id), before=_number(call, "before"), after=_number(call, "after")
    )
    lines = [{"number": line.number, "text": line.text} for line in page.lines]
    return {"lines": lines, "before": page.before, "after": page.after}


def approvals(call: Call) -> Json:
    """Those that wait, the most urgent first."""
    visible = permissions.visible_incidents(call.person)
    rows = _approvals(run__incident__in=visible, state=ApprovalState.WAITING)
    return {"approvals": [shapes.approval(row) for row in rows]}


def approval(call: Call, approval_id: int) -> Json:
    return shapes.approval(find_approval(call, approval_id))


def find_run(call: Call, run_id: int) -> Run:
    incident = find_incident(call.person, runs=run_id)
    rows = Run.objects.select_related("incident", "requested_by", "plan", "approval__decided_by")
    return rows.get(pk=run_id, incident=incident)


def find_approval(call: Call, approval_id: int) -> Approval:
    find_incident(call.person, runs__approval=approval_id)
    return _approvals(pk=approval_id)[0]


def _approvals(**lookup: object) -> list[Approval]:
    rows = Approval.objects.select_related(
        "run__plan", "run__requested_by", "run__incident__environment", "decided_by"
    )
    return list(rows.filter(**lookup).order_by("expires_at"))


def _phases(row: Incident, runs: list[Run]) -> list[Json]:
    of_command: dict[int, list[int]] = defaultdict(list)
    for run in runs:
        of_command[run.command_id].append(run.pk)
    of_step: dict[int, list[Json]] = defaultdict(list)
    for command in StepCommand.objects.filter(step__incident=row).order_by("position"):
        of_step[command.step_id].append(shapes.command(command, of_command[command.pk]))
    of_phase: dict[int, list[Json]] = defaultdict(list)
    for step in row.steps.select_related("decided_by"):
        of_phase[step.phase_id].append(shapes.step(step, of_step[step.pk]))
    return [shapes.phase(phase, of_phase[phase.pk]) for phase in row.phases.all()]


def _number(call: Call, name: str) -> int | None:
    text = call.query.get(name, "")
    if not text:
        return None
    number = number_in(text)
    if number is None or number > 2**31 - 1:
        raise Refused(f"“{name}” must be a number.", status=422)
    return number
