"""The incident that somebody gives an order in, who must be one of its commanders."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import permissions
from incidents.models import Incident
from incidents.refusal import Refused


def commanded(actor: User, incident_id: int, what: str) -> Incident:
    """Read behind `hold`. `what` completes "may not …"."""
    found = (
        Incident.objects.select_related("environment", "revision__runbook")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise Refused("That incident does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=found).can_command,
        incident=found,
        what=what,
        needed="commander",
    )
    return found
