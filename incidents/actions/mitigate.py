"""The impact of an incident is over while the work goes on; or it is back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, timeline
from incidents.actions.commanded import commanded
from incidents.actions.moves import hold
from incidents.models import Incident
from incidents.queries.proof.record import moment
from incidents.queries.proof.seals import seals_of_incident
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import IncidentState

PANELS = ["header", "ladder", "incidents"]


def mitigate(*, actor: User, incident_id: int, words: str) -> Incident:
    """Say that the impact is over, while the work goes on: the moment counts in the report."""
    if not words.strip():
        raise Refused("Say in a sentence what ended the impact.", status=422)
    with transaction.atomic():
        hold(pk=incident_id)
        incident, now = commanded(actor, incident_id, "mark an incident as mitigated"), clock.now()
        text = redactor_for(incident).text(words.strip())
        moved = Incident.objects.filter(
            pk=incident_id, state=IncidentState.OPEN, mitigated_at__isnull=True
        ).update(mitigated_at=now)
        if not moved:
            raise Refused(f"Its impact is over since {incident.mitigated_at:%H:%M:%S} UTC already.")
        timeline.record(
            incident_id=incident_id,
            actor=actor,
            kind="incident.mitigated",
            text=f"marked {incident.name} as mitigated: {text}",
            panels=PANELS,
            data={"words": text},
            seals=seals_of_incident(mitigated_at=moment(now)),
        )
    incident.refresh_from_db()
    return incident


def worsen(*, actor: User, incident_id: int, words: str) -> Incident:
    """Take it back that the impact was over."""
    if not words.strip():
        raise Refused("Say in a sentence what is broken again.", status=422)
    with transaction.atomic():
        hold(pk=incident_id)
        incident = commanded(actor, incident_id, "say that the impact is back")
        since = incident.mitigated_at
        text = redactor_for(incident).text(words.strip())
        moved = Incident.objects.filter(
            pk=incident_id, state=IncidentState.OPEN, mitigated_at__isnull=False
        ).update(mitigated_at=None)
        if not moved:
            raise Refused(f"{incident.name} is not marked as mitigated.")
        timeline.record(
            incident_id=incident_id,
            actor=actor,
            kind="incident.worsened",
            text=f"the impact of {incident.name} is back: {text}",
            panels=PANELS,
            data={"words": text, "mitigated_at": since.isoformat() if since else None},
            seals=seals_of_incident(mitigated_at=None),
        )
    incident.refresh_from_db()
    return incident
