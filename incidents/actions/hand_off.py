"""Handing the work of an incident from team to team: offered, accepted by a named person of the
team that takes it, and handed back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.handoff_items import write_items
from incidents.actions.moves import hold
from incidents.actions.teams import (
    may_name,
    require_giver,
    require_holder,
    taker_of,
    team_of,
    working_incident,
)
from incidents.actions.tell import Event, key_of, no_longer, tell
from incidents.models import Handoff, HandoffItem, Incident
from incidents.queries.ball import team_name
from incidents.queries.proof.record_words import of_checklist_line, of_handoff
from incidents.queries.proof.seals import seals_of
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import HandoffSide, HandoffState

PANELS = ["handoffs", "header", "people", "incidents"]


def offer(
    *,
    actor: User,
    incident_id: int,
    given_by: str,
    taken_by: str,
    done: str = "",
    asked: str = "",
    items: Mapping[HandoffSide, Sequence[str]] | None = None,
    answers_id: int | None = None,
) -> Handoff:
    """Nothing changes until a person of the other team accepts. One offer at a time. `answers_id`
    is the handoff that this one hands back."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = working_incident(actor, incident_id)
        giver, taker = _teams(incident, given_by, taken_by)
        require_giver(actor, incident, giver)
        _require_free(incident, giver)
        redact = redactor_for(incident).text
        handoff = Handoff.objects.create(
            incident=incident,
            given_by=giver,
            taken_by=taker,
            done=redact(done.strip()),
            asked=redact(asked.strip()),
            answers=_answered(incident, answers_id, giver, taker),
            offered_by=actor,
            offered_at=clock.now(),
        )
        lines = write_items(
            handoff, {side: map(redact, own) for side, own in (items or {}).items()}
        )
        _tell(actor, handoff)
        what = "hand the work back" if handoff.answers_id else "hand the work over"
        _record(
            actor, handoff, "handoff.offered", f"offered to {what}: {_way(handoff)}", lines=lines
        )
    return handoff


def accept(*, actor: User, handoff_id: int, person_id: int | None = None) -> Handoff:
    """From here on the other team has the work. Who is of that team accepts; the commander may
    name who does, where nobody of the team can be at the page."""
    with transaction.atomic():
        handoff = _standing(actor, handoff_id)
        taker = taker_of(handoff, actor=actor, person_id=person_id)
        _decide(handoff, HandoffState.ACCEPTED, taker)
        said = "" if taker == actor else f"; {_name(taker)} takes it"
        text = f"accepted the work for {team_name(handoff.incident, handoff.taken_by)}{said}"
        _record(actor, handoff, "handoff.accepted", text, by=str(taker))
    return handoff


def decline(*, actor: User, handoff_id: int, reason: str) -> Handoff:
    """The giving team goes on."""
    if not reason.strip():
        raise Refused("Say why the work cannot be taken, so that the others can act.", status=422)
    with transaction.atomic():
        handoff = _standing(actor, handoff_id)
        if not may_name(actor, handoff.incident):
            taker_of(handoff, actor=actor, person_id=None)
        reason = redactor_for(handoff.incident).text(reason.strip())
        _decide(handoff, HandoffState.DECLINED, actor, reason)
        _record(
            actor, handoff, "handoff.declined", f"declined the work ({_way(handoff)}): {reason}"
        )
    return handoff


def withdraw(*, actor: User, handoff_id: int) -> Handoff:
    """Who offered takes it back before it is accepted; the commander may, too."""
    with transaction.atomic():
        handoff = _standing(actor, handoff_id)
        if actor.pk not in (handoff.offered_by_id, handoff.incident.commander_id):
            raise Refused(
                f"{_name(handoff.offered_by)} made this offer; they or the commander withdraw it.",
                status=403,
            )
        _decide(handoff, HandoffState.WITHDRAWN, actor)
        _record(actor, handoff, "handoff.withdrawn", f"withdrew the offer: {_way(handoff)}")
    return handoff


def end_handoffs(incident_id: int) -> dict[str, str]:
    """An offer ends with the incident, whose entry seals that. Call inside the transaction that
    holds it."""
    standing = Handoff.objects.filter(incident_id=incident_id, state=HandoffState.OFFERED)
    ended, now = list(standing.select_related("offered_by")), clock.now()
    standing.update(state=HandoffState.WITHDRAWN, decided_at=now)
    for handoff in ended:
        handoff.state, handoff.decided_at = HandoffState.WITHDRAWN, now
    return seals_of(*map(of_handoff, ended))


def _teams(incident: Incident, given_by: str, taken_by: str) -> tuple[str, str]:
    giver, taker = team_of(incident, given_by), team_of(incident, taken_by)
    if giver == taker:
        raise Refused("A handoff is from one team to another.", status=422)
    return giver, taker


def _require_free(incident: Incident, giver: str) -> None:
    require_holder(incident, giver)
    standing = incident.handoffs.filter(state=HandoffState.OFFERED).first()
    if standing is not None:
        name = team_name(incident, standing.taken_by)
        raise Refused(f"The work is offered to {name} already. Withdraw that first.")


def _answered(incident: Incident, pk: int | None, giver: str, taker: str) -> Handoff | None:
    if pk is None:
        return None
    accepted = incident.handoffs.filter(pk=pk, state=HandoffState.ACCEPTED)
    found = accepted.filter(given_by=taker, taken_by=giver).first()
    if found is None:
        raise Refused("There is no such handoff between these teams to be handed back.", status=422)
    return found


def _standing(actor: User, handoff_id: int) -> Handoff:
    hold(handoffs=handoff_id)
    found = (
        Handoff.objects.select_related("incident__environment", "incident__commander", "offered_by")
        .filter(pk=handoff_id, incident__in=permissions.visible_incidents(actor))
        .first()
    )
    if found is None:
        raise Refused("That handoff does not exist.", status=404)
    working_incident(actor, found.incident_id)
    return found


def _decide(handoff: Handoff, state: HandoffState, person: User, reason: str = "") -> None:
    rows, now = Handoff.objects.filter(pk=handoff.pk, state=HandoffState.OFFERED), clock.now()
    if not rows.update(state=state, decided_at=now, decided_by=person, reason=reason):
        handoff.refresh_from_db()
        by = f" by {_name(handoff.decided_by)}" if handoff.decided_by else ""
        when = f" at {handoff.decided_at:%H:%M:%S} UTC" if handoff.decided_at else ""
        raise Refused(f"This handoff was {handoff.state}{by}{when}.")
    handoff.state, handoff.reason = state, reason
    handoff.decided_at, handoff.decided_by = now, person
    no_longer(_topic(handoff))


def _tell(actor: User, handoff: Handoff) -> None:
    incident = handoff.incident
    asked = handoff.items.filter(side=HandoffSide.ASKED).values_list("text", flat=True)
    parts = [f"{_name(actor)} offers you the work: {_way(handoff)}."]
    parts += [handoff.asked, "\n".join(f"- {text}" for text in asked)]
    tell(
        Event(
            kind="handoff",
            incident=incident,
            topic=_topic(handoff),
            key=key_of(_topic(handoff)),
            to=[handoff.taken_by],
            subject=f"{incident.name}: work offered to {team_name(incident, handoff.taken_by)}",
            body="\n\n".join(part for part in parts if part),
            link=f"/incidents/{incident.name}/#handoffs",
        )
    )


def _record(
    actor: User,
    handoff: Handoff,
    kind: str,
    text: str,
    *,
    lines: Sequence[HandoffItem] = (),
    **data: str,
) -> None:
    timeline.record(
        incident_id=handoff.incident_id,
        actor=actor,
        kind=kind,
        text=text,
        panels=PANELS,
        data={
            "handoff": handoff.pk,
            "from": handoff.given_by,
            "to": handoff.taken_by,
            **data,
        },
        seals=seals_of(of_handoff(handoff), *map(of_checklist_line, lines)),
    )


def _topic(handoff: Handoff) -> str:
    return f"{handoff.incident.name} handoff {handoff.pk}"


def _way(handoff: Handoff) -> str:
    incident = handoff.incident
    giver, taker = (team_name(incident, team) for team in (handoff.given_by, handoff.taken_by))
    return f"{giver} to {taker}"


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()
