"""Closing an incident: its clocks stop, what never started is cancelled, nothing is forgotten."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from incidents import clock, permissions, timeline
from incidents.actions.hand_off import end_handoffs
from incidents.actions.hand_over import end_offers
from incidents.actions.moves import end_run, hold
from incidents.actions.report import expect_report
from incidents.actions.spells import end_spells
from incidents.actions.stop import withdrawn
from incidents.actions.tell import no_longer_in
from incidents.actions.timers import cancel_all
from incidents.models import Incident, Run
from incidents.queries.proof.record import moment
from incidents.queries.proof.seals import seals_of_incident
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import IncidentState, RunState


def resolve(*, actor: User, incident_id: int, words: str) -> Incident:
    """Resolve an open incident. Refuses while a command runs, and while the outcome of a change is
    unknown, unless a person left it so."""
    if not words.strip():
        raise Refused("Say in a sentence how it was resolved; it opens the report.", status=422)
    with transaction.atomic():
        hold(pk=incident_id)
        incident = Incident.objects.select_related("environment").filter(pk=incident_id).first()
        if incident is None:
            raise Refused("That incident does not exist.", status=404)
        permissions.require(
            allowed=permissions.abilities(person=actor, incident=incident).can_command,
            incident=incident,
            what="resolve incidents",
            needed="commander",
        )
        _require_quiet(incident)
        words = redactor_for(incident).text(words.strip())
        now, state = clock.now(), IncidentState.RESOLVED
        moved = Incident.objects.filter(pk=incident_id, state=IncidentState.OPEN).update(
            state=state, resolved_at=now, resolution=words
        )
        if not moved:
            raise Refused(f"{incident.name} was closed a moment ago.")
        _cancel_unstarted(incident, actor)
        cancel_all(incident.pk)
        expect_report(incident)
        no_longer_in(incident)
        end_offers(incident.pk)
        ended = end_handoffs(incident.pk)
        end_spells(incident, at=clock.now())
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="incident.resolved",
            text=f"resolved {incident.name}: {words}",
            panels=["header", "phases", "ladder", "updates", "handoffs", "incidents", "approvals"],
            data={},
            seals=ended | seals_of_incident(state=state, resolved_at=moment(now), resolution=words),
        )
    incident.refresh_from_db()
    return incident


def _require_quiet(incident: Incident) -> None:
    unsettled = Q(state=RunState.RUNNING) | Q(state=RunState.UNKNOWN, left_at__isnull=True)
    busy = incident.runs.filter(unsettled).first()
    if busy and busy.state == RunState.UNKNOWN:
        raise Refused(
            f"Run {busy.number} has an unknown outcome. Decide about it, or leave it as it is with"
            " a reason; then resolve."
        )
    if busy:
        raise Refused(f"Run {busy.number} is still running. Wait for it or stop it, then resolve.")


def _cancel_unstarted(incident: Incident, actor: User) -> None:
    waiting = Run.objects.select_related("command__step").filter(
        incident=incident, state__in=[RunState.PLANNING, RunState.WAITING, RunState.QUEUED]
    )
    for run in waiting:
        end_run(
            run,
            old=RunState(run.state),
            new=RunState.CANCELLED,
            actor=actor,
            message="The incident was resolved before this started; nothing was sent.",
            seals=withdrawn(run, None),
        )
