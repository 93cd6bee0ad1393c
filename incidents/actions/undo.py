"""Taking a change back: its undo is a run of its own, planned and approved like any change."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents import clock, permissions, timeline
from incidents.actions.emergency import require_open_or_emergency
from incidents.actions.moves import hold, panels_of
from incidents.actions.new_run import new_run
from incidents.actions.stop import reachable_run
from incidents.models import Run
from incidents.queries.proof.record import of_asked_run
from incidents.queries.proof.seals import seals_of
from incidents.queries.undo import Undoing, undoing_of, undos_of
from incidents.redacting import redactor_of
from incidents.refusal import Refused
from runbook.commands import shell
from runbook.commands.base import NotRunnable


def request_undo(*, actor: User, run_id: int, reason: str, emergency_reason: str = "") -> Run:
    """Have the next command of a change's undo planned. Refuses while one of them is under way,
    when all of them have been done, and where there is none."""
    if not reason.strip():
        raise Refused("Say why this change is to be taken back.", status=422)
    try:
        with transaction.atomic():
            hold(runs=run_id)
            change = reachable_run(actor=actor, run_id=run_id)
            return ask_undo(actor, change, reason.strip(), emergency_reason.strip())
    except IntegrityError as error:
        raise Refused(
            "Another run of this command is under way. Watch it, or stop it first."
        ) from error


def ask_undo(actor: User, change: Run, reason: str, emergency_reason: str = "") -> Run:
    """Inside a transaction that holds the incident. IntegrityError when the command has a live
    run."""
    _require_may_ask(actor, change)
    require_open_or_emergency(change.incident.environment, emergency_reason)
    reason, emergency_reason = map(redactor_of(change).text, (reason, emergency_reason))
    undoing = undoing_of(change, undos_of([change])[change.pk])
    if undoing.why_not:
        raise Refused(undoing.why_not)
    undo = _new_undo(actor, undoing, reason=reason, emergency_reason=emergency_reason)
    several = f", part {undoing.part} of {len(undoing.lines)}" if len(undoing.lines) > 1 else ""
    timeline.record(
        incident_id=change.incident_id,
        actor=actor,
        kind="run.undo_requested",
        text=f"asked to take back run {change.number}{several}, as run {undo.number}: {reason}",
        panels=[*panels_of(change), *panels_of(undo)],
        data={"run": undo.number, "undoes": change.number, "part": undoing.part},
        seals=seals_of(of_asked_run(undo)),
    )
    return undo


def _new_undo(actor: User, undoing: Undoing, **columns: object) -> Run:
    read = shell.read(undoing.lines[undoing.done], {})
    if len(read.lines) != 1:
        raise NotRunnable("An undo is taken back one command at a time.")
    line = read.lines[0]
    return new_run(
        actor=actor,
        command=undoing.run.command,
        now=clock.now(),
        text=line.text,
        effect=line.command.effect.value,
        resource=line.command.resource[:300],
        undoes=undoing.run,
        undo_part=undoing.part,
        **columns,
    )


def _require_may_ask(actor: User, change: Run) -> None:
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=change.incident).can_request,
        incident=change.incident,
        what="ask for changes",
        needed="responder",
    )
