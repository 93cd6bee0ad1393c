"""How bad an incident is, said anew: what has not fired follows."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, timeline
from incidents.actions.commanded import commanded
from incidents.actions.declare import open_runbook
from incidents.actions.level_clocks import fit_levels, told
from incidents.actions.moves import hold
from incidents.actions.publish import published
from incidents.actions.tell import end_quiet
from incidents.actions.update_clocks import fit_updates
from incidents.models import Incident
from incidents.queries.proof.seals import seals_of_incident
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import IncidentState, Severity

PANELS = ["header", "ladder", "updates", "incidents"]


def change_severity(*, actor: User, incident_id: int, severity: str, reason: str) -> Incident:
    """Levels for other severities are not due any more, those for this one are; audiences hear as
    often as it says; a P0 ends quiet hours. One entry on the timeline lists what moved."""
    if severity not in Severity.values:
        raise Refused(f"“{severity}” is not a severity. Choose one of P0 to P4.", status=422)
    if not reason.strip():
        raise Refused("Say in a few words why the severity changes.", status=422)
    with transaction.atomic():
        hold(pk=incident_id)
        incident, now = commanded(actor, incident_id, "change the severity"), clock.now()
        before = incident.severity
        words = redactor_for(incident).text(reason.strip())
        if before == severity:
            raise Refused(f"{incident.name} is {severity} already; somebody may have been first.")
        moved = Incident.objects.filter(
            pk=incident_id, state=IncidentState.OPEN, severity=before
        ).update(severity=severity)
        if not moved:
            raise Refused("Somebody changed this incident just now. Load the page again.")
        incident.severity = severity
        moves = [
            *fit_levels(incident, now=now),
            *fit_updates(incident, open_runbook(incident.revision), now=now),
        ]
        timeline.record(
            incident_id=incident_id,
            actor=actor,
            kind="incident.severity",
            text=f"changed the severity from {before} to {severity}: {words}{told(moves)}",
            panels=PANELS,
            data={
                "before": before,
                "after": severity,
                "reason": words,
                "moves": [move.data for move in moves],
            },
            seals=seals_of_incident(severity=severity),
        )
        if severity == Severity.P0:
            end_quiet(incident)
        published(incident)
    incident.refresh_from_db()
    return incident
