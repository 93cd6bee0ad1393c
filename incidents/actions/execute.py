"""Asking for runs.

How they are stopped is in `stop.py`, what workers do with them in `work.py`, what happens when
these die in `recover.py`, and how a person decides about an unknown outcome in `settle.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents import clock, permissions, timeline
from incidents.actions.emergency import require_open_or_emergency
from incidents.actions.moves import hold, panels_of
from incidents.actions.new_run import new_run
from incidents.models import AlertRule, Phase, Run, StepCommand
from incidents.queries.proof.record import of_asked_run
from incidents.queries.proof.seals import seals_of
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import LIVE_RUN_STATES, EffectChoice, RunState


def request_run(
    *,
    actor: User,
    command_id: int,
    reason: str = "",
    emergency_reason: str = "",
    rule: AlertRule | None = None,
) -> Run:
    """Queue a reading command at once, or have a changing one planned for approval.

    `reason` is for those who approve; `emergency_reason` says why a change cannot wait until its
    environment is open. `rule` is what asked in the actor's name, where no person did. One live run
    per command: the second of two people is told who was first.
    """
    try:
        with transaction.atomic():
            hold(steps__commands=command_id)
            command = _command(command_id)
            _require_may_run(actor, command)
            reads = command.effect == EffectChoice.READS
            asked = {} if reads else _asked(command, reason, emergency_reason)
            of_rule = {"rule_author_id": rule.changed_by_id or rule.acts_as_id} if rule else {}
            run = new_run(actor=actor, command=command, now=clock.now(), **asked, **of_rule)
            timeline.record(
                incident_id=run.incident_id,
                actor=actor,
                kind="run.requested",
                text=f"{'ran' if reads else 'asked to change'} `{run.shown}`",
                panels=panels_of(run),
                data={"run": run.number, "effect": run.effect, **asked},
                seals=seals_of(of_asked_run(run)),
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


def _asked(command: StepCommand, reason: str, emergency_reason: str) -> dict[str, str]:
    """What is kept of the reasons for a change; refused where it is closed and no emergency."""
    incident = command.step.incident
    require_open_or_emergency(incident.environment, emergency_reason)
    redactor = redactor_for(incident, command.text)
    return {
        "reason": redactor.text(reason.strip()),
        "emergency_reason": redactor.text(emergency_reason.strip()),
    }


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
            seals=seals_of(*map(of_asked_run, started)),
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
                run = new_run(actor=actor, command=command, now=now)
        except IntegrityError:
            continue
        yield run


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
