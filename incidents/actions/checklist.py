"""Ticking, unticking and skipping steps, and completing phases."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.moves import hold, open_incidents
from incidents.actions.phase_clocks import phase_begins, phase_ends
from incidents.models import Phase, Step, StepCommand
from incidents.queries.proof.record import of_decided_step, of_progress
from incidents.queries.proof.record_words import of_paste
from incidents.queries.proof.seals import said_nothing_of, seals_of
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import PhaseState, StepState

LONGEST_PASTE = 64 * 1024


def tick(*, actor: User, step_id: int) -> Step:
    """Mark an open step done. The second of two people is told who was first and when."""
    return _decide(actor=actor, step_id=step_id, state=StepState.DONE, reason="")


def skip(*, actor: User, step_id: int, reason: str) -> Step:
    """Mark an open step as not needed; the reason goes on the timeline."""
    if not reason.strip():
        raise Refused("Say in a few words why this step is skipped.", status=422)
    return _decide(actor=actor, step_id=step_id, state=StepState.SKIPPED, reason=reason.strip())


def _decide(*, actor: User, step_id: int, state: StepState, reason: str) -> Step:
    with transaction.atomic():
        hold(steps=step_id)
        step = _open_step(actor=actor, step_id=step_id)
        reason = redactor_for(step.incident).text(reason)
        moved = Step.objects.filter(
            pk=step_id, state=StepState.OPEN, incident__in=open_incidents()
        ).update(state=state, decided_at=clock.now(), decided_by=actor, reason=reason)
        step.refresh_from_db()
        if not moved:
            raise Refused(_already(step))
        step.decided_by = actor
        verb = "ticked" if state == StepState.DONE else "skipped"
        timeline.record(
            incident_id=step.incident_id,
            actor=actor,
            kind=f"step.{verb}",
            text=f"{verb} “{step.title}”" + (f": {reason}" if reason else ""),
            panels=[f"step-{step.pk}", f"phase-{step.phase_id}"],
            data={"step": step.key},
            seals=seals_of(of_decided_step(step)),
        )
    return step


def untick(*, actor: User, step_id: int) -> Step:
    """Open a step again that was ticked or skipped."""
    with transaction.atomic():
        hold(steps=step_id)
        step = _open_step(actor=actor, step_id=step_id)
        moved = (
            Step.objects.filter(pk=step_id)
            .exclude(state=StepState.OPEN)
            .update(state=StepState.OPEN, decided_at=None, decided_by=None, reason="")
        )
        if not moved:
            raise Refused(f"“{step.title}” is open already.")
        timeline.record(
            incident_id=step.incident_id,
            actor=actor,
            kind="step.opened",
            text=f"opened “{step.title}” again",
            panels=[f"step-{step.pk}", f"phase-{step.phase_id}"],
            data={"step": step.key},
            seals=said_nothing_of(of_decided_step(step)),
        )
    step.refresh_from_db()
    return step


def paste_result(*, actor: User, command_id: int, text: str) -> StepCommand:
    """Keep what a person saw when they ran, in their own terminal, a command that is not run here.

    A second paste takes the first one's place; the timeline has the size and the digest of both.
    """
    words = text.strip("\r\n")
    if not words.strip():
        raise Refused("Paste what the command printed.", status=422)
    if len(words) > LONGEST_PASTE:
        raise Refused(
            f"That is {len(words)} characters; {LONGEST_PASTE} are kept."
            " Paste the part that matters.",
            status=422,
        )
    with transaction.atomic():
        hold(steps__commands=command_id)
        command = StepCommand.objects.filter(pk=command_id).first()
        if command is None:
            raise Refused("That command does not exist.", status=404)
        if command.is_runnable:
            raise Refused("This command is run here: run it, and its output is kept.", status=422)
        step = _open_step(actor=actor, step_id=command.step_id)
        command.step, command.pasted_at, command.pasted_by = step, clock.now(), actor
        command.pasted = redactor_for(step.incident, command.text).text(words)
        StepCommand.objects.filter(pk=command_id).update(
            pasted=command.pasted, pasted_at=command.pasted_at, pasted_by=actor
        )
        timeline.record(
            incident_id=step.incident_id,
            actor=actor,
            kind="command.pasted",
            text=f"pasted {len(words.splitlines())} lines for `{command.shown}`",
            panels=[f"step-{step.pk}"],
            data={"step": step.key, "command": command.position},
            seals=seals_of(of_paste(command)),
        )
    command.refresh_from_db()
    return command


def complete_phase(*, actor: User, phase_id: int) -> Phase:
    """Complete an active phase once its exit criteria are ticked, and start the next one."""
    with transaction.atomic():
        hold(phases=phase_id)
        phase = _phase(phase_id)
        abilities = permissions.abilities(person=actor, incident=phase.incident)
        permissions.require(
            allowed=abilities.can_command,
            incident=phase.incident,
            what="complete phases",
            needed="commander",
        )
        _require_exit_criteria(phase)
        now = clock.now()
        moved = Phase.objects.filter(pk=phase_id, state=PhaseState.ACTIVE).update(
            state=PhaseState.COMPLETED, completed_at=now, completed_by=actor
        )
        if not moved:
            raise Refused(f"“{phase.title}” is {phase.state}, not active.")
        following = phase.incident.phases.filter(
            state=PhaseState.PENDING, is_rollback=False, position__gt=phase.position
        ).first()
        phase.state, phase.completed_at, phase.completed_by = PhaseState.COMPLETED, now, actor
        if following:
            Phase.objects.filter(pk=following.pk, state=PhaseState.PENDING).update(
                state=PhaseState.ACTIVE, started_at=now
            )
            following.state, following.started_at = PhaseState.ACTIVE, now
        spared = phase_ends(phase)
        if following:
            phase_begins(phase.incident, now=now)
        timeline.record(
            incident_id=phase.incident_id,
            actor=actor,
            kind="phase.completed",
            text=f"completed “{phase.title}”"
            + (f", “{following.title}” begins" if following else "")
            + "".join(f"; level {position} is not needed any more" for position in spared),
            panels=["phases", "header", "ladder", "incidents"],
            data={"phase": phase.position, "spared": spared},
            seals=seals_of(*(of_progress(one) for one in (phase, following) if one)),
        )
    phase.refresh_from_db()
    return phase


def _require_exit_criteria(phase: Phase) -> None:
    remaining = list(
        phase.steps.filter(is_exit_criterion=True, state=StepState.OPEN).values_list(
            "title", flat=True
        )
    )
    if remaining:
        many = "exit criterion is" if len(remaining) == 1 else "exit criteria are"
        listed = "; ".join(remaining[:3]) + ("; …" if len(remaining) > 3 else "")
        raise Refused(
            f"{len(remaining)} {many} still open: {listed}. Tick them, or skip them with a reason."
        )


def _phase(phase_id: int) -> Phase:
    found = Phase.objects.select_related("incident__environment").filter(pk=phase_id).first()
    if found is None:
        raise Refused("That phase does not exist.", status=404)
    return found


def _open_step(*, actor: User, step_id: int) -> Step:
    found = (
        Step.objects.select_related("incident__environment", "decided_by")
        .filter(pk=step_id)
        .first()
    )
    if found is None:
        raise Refused("That step does not exist.", status=404)
    abilities = permissions.abilities(person=actor, incident=found.incident)
    permissions.require(
        allowed=abilities.can_tick,
        incident=found.incident,
        what="tick steps",
        needed="responder",
    )
    return found


def _already(step: Step) -> str:
    who = (
        step.decided_by.get_full_name() or step.decided_by.get_username() if step.decided_by else ""
    )
    verb = "ticked" if step.state == StepState.DONE else "skipped"
    when = f" at {step.decided_at:%H:%M:%S} UTC" if step.decided_at else ""
    return f"{who} {verb} this step{when}, before you did."
