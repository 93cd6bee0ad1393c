"""Asking again for a change whose approval ended without it being made."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import clock
from incidents.actions.execute import request_run
from incidents.actions.undo import request_undo
from incidents.models import Approval, Run
from incidents.permissions import visible_incidents
from incidents.refusal import Refused
from incidents.states import ENDED_RUN_STATES, RunState
from incidents.windows import why_closed


def ask_again(*, actor: User, approval_id: int, emergency_reason: str = "") -> Run:
    """A new run with the same reason, planned anew. An emergency stays one while the environment is
    closed; whoever asks may say why it is one now."""
    approval = (
        Approval.objects.select_related("run__incident__environment")
        .filter(pk=approval_id, run__incident__in=visible_incidents(actor))
        .first()
    )
    if approval is None:
        raise Refused("That approval does not exist.", status=404)
    run = approval.run
    if run.state not in ENDED_RUN_STATES:
        raise Refused(f"Run {run.number} is {RunState(run.state).label} still. Watch it first.")
    urgent = emergency_reason.strip() or _still_urgent(run)
    if run.undoes_id is not None:
        return request_undo(
            actor=actor, run_id=run.undoes_id, reason=_again(run), emergency_reason=urgent
        )
    return request_run(
        actor=actor, command_id=run.command_id, reason=_again(run), emergency_reason=urgent
    )


def _still_urgent(run: Run) -> str:
    return run.emergency_reason if why_closed(run.incident.environment, clock.now()) else ""


def _again(run: Run) -> str:
    """The same reason, and where it comes from."""
    since = f"asked again: run {run.number} was {RunState(run.state).label}"
    first = run.reason.partition(" (asked again: ")[0]
    return f"{first} ({since})" if first else f"{since[:1].upper()}{since[1:]}"
