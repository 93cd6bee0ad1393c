"""A person decides about a change of unknown outcome, or has it looked at once more; it is never
sent again."""

from __future__ import annotations

from typing import Literal

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents import clock, permissions, queue, timeline
from incidents.actions.locks import announce_waiting
from incidents.actions.moves import end_run, hold, panels_of
from incidents.actions.stop import existing_run, reachable_run
from incidents.actions.tell_of_runs import nobody_is_asked
from incidents.actions.undo import ask_undo
from incidents.models import Incident, Run
from incidents.queries.proof.record import of_left_run
from incidents.queries.proof.seals import seals_of
from incidents.refusal import Refused
from incidents.states import RunState

Outcome = Literal["applied", "not-applied", "undo", "leave"]
"""What was found out: it was applied, it was not, it was and is to be taken back, or nobody can
tell, so that it stays unknown and stands in nobody's way any more."""


def settle_unknown(*, actor: User, run_id: int, outcome: Outcome, reason: str) -> Run:
    """Of two people who decide, the second is told. What was left can be settled later, also once
    the incident is closed; only an undo is a new change, which a closed incident does not take."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say how you know: what did you look at?", status=422)
    try:
        with transaction.atomic():
            hold(runs=run_id)
            run = _settleable(actor, run_id)
            if run.state != RunState.UNKNOWN:
                raise Refused(_decided(run))
            if outcome == "undo":
                _require_open(run.incident)
            if outcome == "leave":
                _leave(actor, run, reason)
            else:
                _settle(actor, run, outcome, reason)
    except IntegrityError as error:
        raise Refused(
            "Another run of this command is under way, so its undo cannot be asked for now. Decide"
            " that it was applied, and ask for the undo afterwards."
        ) from error
    run.refresh_from_db()
    return run


def _settleable(actor: User, run_id: int) -> Run:
    run = existing_run(run_id)
    if not permissions.abilities(person=actor, incident=run.incident).can_settle:
        raise Refused(
            f"You may not settle runs in {run.incident.environment}. Ask someone who is responder"
            " there.",
            status=403,
        )
    return run


def _require_open(incident: Incident) -> None:
    if not incident.is_open:
        raise Refused(
            f"{incident.name} is {incident.state}, so nothing is taken back in it. Decide that the"
            " change was applied, and take it back in an incident of its own."
        )


def _settle(actor: User, run: Run, outcome: Outcome, reason: str) -> None:
    is_applied = outcome != "not-applied"
    verdict = "was applied" if is_applied else "was not applied"
    ended = end_run(
        run,
        old=RunState.UNKNOWN,
        new=RunState.SUCCEEDED if is_applied else RunState.FAILED,
        actor=actor,
        message=f"Decided by a person that the change {verdict}: {reason}",
    )
    if not ended:
        raise Refused(f"Run {run.number} has just been decided about. Look again.")
    if outcome == "undo":
        run.refresh_from_db()
        ask_undo(actor, run, reason)


def _leave(actor: User, run: Run, reason: str) -> None:
    unsettled = Run.objects.filter(pk=run.pk, state=RunState.UNKNOWN, left_at__isnull=True)
    run.left_at, run.left_by = clock.now(), actor
    if not unsettled.update(left_at=run.left_at, left_by=actor):
        raise Refused(f"Run {run.number} is left as it is already. Decide when you know more.")
    nobody_is_asked(run)
    timeline.record(
        incident_id=run.incident_id,
        actor=actor,
        kind="run.left",
        text=f"leaves the outcome of run {run.number} unknown: {reason}",
        panels=[*panels_of(run), "header"],
        data={"run": run.number},
        seals=seals_of(of_left_run(run)),
    )
    if run.lock_name:
        announce_waiting(run.lock_name)


def _decided(run: Run) -> str:
    when = f" since {run.finished_at:%H:%M:%S} UTC" if run.finished_at else ""
    label = RunState(run.state).label
    return f"Run {run.number} is {label}{when}; there is nothing to decide."


def look_again(*, actor: User, run_id: int) -> Run:
    """Have a worker look once more; one look at a time."""
    with transaction.atomic():
        hold(runs=run_id)
        run = reachable_run(actor=actor, run_id=run_id)
        if run.state != RunState.UNKNOWN:
            raise Refused(f"Run {run.number} is {RunState(run.state).label}; its outcome is known.")
        looked = Run.objects.filter(pk=run_id, state=RunState.UNKNOWN, probed_at__isnull=False)
        if not looked.update(probed_at=None, queued_at=clock.now()):
            raise Refused("A worker is looking already; what it finds appears here in a moment.")
        timeline.record(
            incident_id=run.incident_id,
            actor=actor,
            kind="run.probe_asked",
            text=f"asked to look again whether run {run.number} took effect",
            panels=panels_of(run),
            data={"run": run.number},
        )
        queue.enqueue("probe_run", run.pk, queue="reads")
    run.refresh_from_db()
    return run
