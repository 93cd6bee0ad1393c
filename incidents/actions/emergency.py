"""Changing what is closed: only as an emergency, with a written reason and two who approve."""

from __future__ import annotations

from incidents import clock
from incidents.models import Environment
from incidents.refusal import Refused
from incidents.windows import why_closed

SHORTEST_REASON = 10


def require_open_or_emergency(environment: Environment, emergency_reason: str) -> None:
    """Refuse in words to ask for a change of a closed environment, unless it says why it cannot
    wait. In an open one an emergency is no shorter way: it needs two approvers all the same."""
    reason = emergency_reason.strip()
    if reason and len(reason) < SHORTEST_REASON:
        raise Refused("Say in a whole sentence why this cannot wait.", status=422)
    closed = why_closed(environment, clock.now())
    if closed and not reason:
        raise Refused(
            f"{closed} If it cannot wait, ask for it as an emergency: say why, and two people"
            " must approve it."
        )
