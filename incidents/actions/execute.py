"""Asking for runs, cancelling them, and deciding about those whose outcome nobody knows.

What workers do with a run is in `work.py`; what happens when they die is in `recover.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from incidents import clock, permissions, queue, timeline
from incidents.actions.moves import end_run, hold, panels_of
from incidents.models import Approval, Incident, Phase, Run, StepCommand
from incidents.refusal import Refused
from incidents.states import (
    LIVE_RUN_STATES,
    ApprovalState,
    EffectChoice,
    RunState,
)


def request_run(*, actor: User, command_id: int) -> Run:
    """Queue a reading command at once, or have a changing one planned for approval.

    One live run per command: the second of two people is told who was first.
    """
    try:
        with transaction.atomic():
            hold(steps__commands=command_id)
            command = _command(command_id)
            _require_may_run(actor, command)
            run = _start(actor=actor, command=command, now=clock.now())
            reads = run.effect == EffectChoice.READS
            timeline.record(
                incident_id=run.incident_id,
                actor=actor,
                kind="run.requested",
                text=f"{'ran' if reads else 'asked to change'} `{run.shown}`",
                panels=panels_of(run),
                data={"run": run.number, "effect": run.effect},
            )
            return run
    except IntegrityError as error:
        first = Run.objects.filter(command=command_id, state__in=LIVE_RUN_STATES).first()
        if first is None:
            raise Refused(
                "Another run of this command has just ended. Look at it, then run again."
            ) from error
        who = first.requested_by.get_full_name() or first.requested_by.get_username()
        raise Refused(
            f"{who} started this command at {first.requested_at:%H:%M:%S} UTC; it is"
            f" {RunState(first.state).label}. Watch that run, or cancel it first."
        ) from error


def request_phase_diagnostics(*, actor: User, phase_id: int) -> list[Run]:
    """Queue every reading command of the phase that is not running already, side by side."""
    with transaction.atomic():
        hold(phases=phase_id)
        phase, commands = _diagnostics(phase_id)
        _require_may_run(actor, commands[0])
        started = list(_start_free(actor=actor, commands=commands))
        if not started:
            raise Refused("Somebody else has just started these diagnostics. Watch their runs.")
        several = "diagnostic" if len(started) == 1 else "diagnostics"
        timeline.record(
            incident_id=phase.incident_id,
            actor=actor,
            kind="run.requested",
            text=f"ran {len(started)} {several} of “{phase.title}”",
            panels=[panel for run in started for panel in panels_of(run)],
            data={"runs": [run.number for run in started], "effect": EffectChoice.READS.value},
        )
    return started


def _diagnostics(phase_id: int) -> tuple[Phase, list[StepCommand]]:
    phase = Phase.objects.select_related("incident__environment").filter(pk=phase_id).first()
    if phase is None:
        raise Refused("That phase does not exist.", status=404)
    commands = list(
        StepCommand.objects.select_related("step__incident__environment", "step__phase")
        .filter(step__phase=phase, effect=EffectChoice.READS)
        .exclude(runs__state__in=LIVE_RUN_STATES)
        .order_by("step__position", "position")
    )
    if not commands:
        raise Refused("This phase has no diagnostic that is not running already.")
    return phase, commands


def _start_free(*, actor: User, commands: Sequence[StepCommand]) -> Iterator[Run]:
    """Start those that nobody started in the same moment; call inside a transaction."""
    now = clock.now()
    for command in commands:
        try:
            with transaction.atomic():
                run = _start(actor=actor, command=command, now=now)
        except IntegrityError:
            continue
        yield run


def _start(*, actor: User, command: StepCommand, now: datetime) -> Run:
    reads = command.effect == EffectChoice.READS
    incident = command.step.incident
    Incident.objects.filter(pk=incident.pk).update(run_count=F("run_count") + 1)
    run = Run.objects.create(
        incident=incident,
        command=command,
        number=Incident.objects.values_list("run_count", flat=True).get(pk=incident.pk),
        text=command.text,
        effect=command.effect,
        resource=command.resource,
        state=RunState.QUEUED if reads else RunState.PLANNING,
        requested_by=actor,
        requested_at=now,
        queued_at=now,
        request_id=uuid.uuid4(),
    )
    queue.enqueue("execute_run" if reads else "plan_run", run.pk, queue="reads")
    return run


def cancel_run(*, actor: User, run_id: int) -> Run:
    """Stop a run. What no worker holds yet ends at once; a worker that holds it is told to stop at
    the next sign of life. A change that has been sent to Google cannot be called back."""
    with transaction.atomic():
        hold(runs=run_id)
        run = _run(actor=actor, run_id=run_id)
        asked = Run.objects.filter(pk=run_id, state=RunState.RUNNING, is_cancel_requested=False)
        if asked.update(is_cancel_requested=True):
            timeline.record(
                incident_id=run.incident_id,
                actor=actor,
                kind="run.cancel_requested",
                text=f"asked run {run.number} to stop",
                panels=panels_of(run),
                data={"run": run.number},
            )
        elif run.state in (RunState.PLANNING, RunState.WAITING, RunState.QUEUED):
            _cancel_unstarted(actor, run)
        else:
            raise Refused(f"Run {run.number} is {RunState(run.state).label} already.")
    run.refresh_from_db()
    return run


def _cancel_unstarted(actor: User, run: Run) -> None:
    ended = end_run(
        run,
        old=RunState(run.state),
        new=RunState.CANCELLED,
        actor=actor,
        message="Cancelled before it started; nothing was sent.",
    )
    if not ended:
        raise Refused(f"Run {run.number} has just moved on. Look again.")
    Approval.objects.filter(run=run, state=ApprovalState.WAITING).update(
        state=ApprovalState.WITHDRAWN, decided_by=actor, decided_at=clock.now()
    )


def settle_unknown(*, actor: User, run_id: int, is_applied: bool, reason: str) -> Run:
    """A person decides whether a change of unknown outcome was done; it is never sent again."""
    if not reason.strip():
        raise Refused("Say how you know: what did you look at?", status=422)
    with transaction.atomic():
        hold(runs=run_id)
        run = _run(actor=actor, run_id=run_id)
        verdict = "was applied" if is_applied else "was not applied"
        ended = end_run(
            run,
            old=RunState.UNKNOWN,
            new=RunState.SUCCEEDED if is_applied else RunState.FAILED,
            actor=actor,
            message=f"Decided by a person that the change {verdict}: {reason.strip()}",
        )
        if not ended:
            raise Refused(
                f"Run {run.number} is {RunState(run.state).label}; there is nothing to decide."
            )
    run.refresh_from_db()
    return run


def _command(command_id: int) -> StepCommand:
    found = (
        StepCommand.objects.select_related("step__incident__environment", "step__phase")
        .filter(pk=command_id)
        .first()
    )
    if found is None:
        raise Refused("That command does not exist.", status=404)
    if not found.is_runnable:
        raise Refused(f"This command is not run here: {found.reason}", status=422)
    return found


def _require_may_run(actor: User, command: StepCommand) -> None:
    incident = command.step.incident
    abilities = permissions.abilities(person=actor, incident=incident)
    reads = command.effect == EffectChoice.READS
    permissions.require(
        allowed=abilities.can_run if reads else abilities.can_request,
        incident=incident,
        what="run commands" if reads else "ask for changes",
        needed="responder",
    )


def _run(*, actor: User, run_id: int) -> Run:
    found = (
        Run.objects.select_related("incident__environment", "command__step")
        .filter(pk=run_id)
        .first()
    )
    if found is None:
        raise Refused("That run does not exist.", status=404)
    abilities = permissions.abilities(person=actor, incident=found.incident)
    permissions.require(
        allowed=abilities.can_run,
        incident=found.incident,
        what="stop or settle runs",
        needed="responder",
    )
    return found
