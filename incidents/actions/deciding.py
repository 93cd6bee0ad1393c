"""Whether a person may decide about a plan now; refused with what to do instead."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from incidents import clock, permissions, second_factor
from incidents.models import Approval
from incidents.quorum import Weighing
from incidents.refusal import Refused
from incidents.windows import why_closed


class SecondFactorNeeded(Refused):
    """The approval counts only with a fresh second factor; views know where it is asked for."""


def require_voice(actor: User, approval: Approval, weighing: Weighing) -> None:
    """Whoever could fill a place may decide, once."""
    incident = approval.run.incident
    if actor.pk == approval.run.requested_by_id:
        raise Refused(f"{weighing.excluded[actor.pk]} You can withdraw it.", status=403)
    if actor.pk in weighing.excluded:
        raise Refused(weighing.excluded[actor.pk], status=403)
    permissions.require(
        allowed=incident.is_open and bool(weighing.counts_as(actor.pk)),
        incident=incident,
        what="decide about this change",
        needed=weighing.asked_for,
    )
    own = next((one for one in weighing.decisions if one.person_id == actor.pk), None)
    if own is not None:
        raise Refused(f"You {own.verdict} this at {own.at:%H:%M:%S} UTC already.")


def require_place(actor: User, approval: Approval, weighing: Weighing) -> None:
    require_voice(actor, approval, weighing)
    if not weighing.adds(actor.pk):
        raise Refused(
            f"Your approval would add nothing: what is still open is {weighing.still_open}."
            " You can reject it."
        )


def require_proof(actor: User, approval: Approval, proven_at: datetime | None) -> None:
    environment = approval.run.incident.environment
    if not environment.is_protected or second_factor.is_fresh(proven_at):
        return
    if not second_factor.is_enrolled(actor):
        raise SecondFactorNeeded(
            f"{environment} is protected: approving needs a second factor, and you have none yet."
            " Set one up, then approve.",
            status=403,
        )
    raise SecondFactorNeeded(
        f"{environment} is protected: confirm with your second factor, then approve.", status=403
    )


def require_open(approval: Approval) -> None:
    closed = why_closed(approval.run.incident.environment, clock.now())
    if closed and not approval.is_emergency:
        raise Refused(
            f"{closed} Only an emergency goes on: have it asked for again, as an emergency."
        )
