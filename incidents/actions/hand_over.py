"""Handing the command of an incident to somebody else, who accepts it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from incidents import clock, permissions, timeline
from incidents.actions.moves import hold
from incidents.actions.tell import Event, no_longer, tell
from incidents.models import Handover, Incident
from incidents.queries.proof.seals import seals_of_incident
from incidents.queries.rule_accounts import acts_for_rules
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import HandoverState, IncidentState, Role

PANELS = ["handover", "people", "header", "incidents"]
BY_RULE_ALONE = "a rule about alerts declared this"


def offer(*, actor: User, incident_id: int, person_id: int, words: str = "") -> Handover:
    """The commander offers; nothing changes until the other accepts. One offer at a time."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _incident(actor, incident_id)
        if incident.commander_id != actor.pk:
            raise Refused(
                f"{incident.commander} commands {incident.name} and hands it over.", status=403
            )
        _require_open(incident)
        to = _who_may_command(incident, person_id)
        if to == actor:
            raise Refused("You command this incident already. Choose somebody else.", status=422)
        standing = incident.handovers.filter(state=HandoverState.OFFERED).first()
        if standing is not None:
            raise Refused(
                f"Command is offered to {standing.offered_to} already. Withdraw that first."
            )
        words = redactor_for(incident).text(words.strip())
        handover = Handover.objects.create(
            incident=incident,
            offered_by=actor,
            offered_to=to,
            words=words,
            offered_at=clock.now(),
        )
        said = f": {words}" if words else ""
        _record(actor, handover, "handover.offered", f"offered command to {_name(to)}{said}")
        _tell(handover, incident)
    return handover


def accept(*, actor: User, handover_id: int) -> Handover:
    """From here on the incident is the other's."""
    with transaction.atomic():
        handover = _standing(actor, handover_id)
        _require_offered_to(actor, handover)
        _require_open(handover.incident)
        _who_may_command(handover.incident, actor.pk)
        _decide(handover, HandoverState.ACCEPTED)
        moved = Incident.objects.filter(
            pk=handover.incident_id,
            state=IncidentState.OPEN,
            commander_id=handover.offered_by_id,
        ).update(commander=actor)
        if not moved:
            raise Refused(
                "Somebody else commands this incident by now. The offer is worth nothing."
            )
        _record_change(
            actor, handover.incident, "handover.accepted", "accepted command", handover.offered_by
        )
    return handover


def decline(*, actor: User, handover_id: int, reason: str = "") -> Handover:
    """The commander goes on."""
    with transaction.atomic():
        handover = _standing(actor, handover_id)
        _require_offered_to(actor, handover)
        _decide(handover, HandoverState.DECLINED)
        said = f": {reason.strip()}" if reason.strip() else ""
        _record(actor, handover, "handover.declined", f"declined command{said}")
    return handover


def withdraw(*, actor: User, handover_id: int) -> Handover:
    """Who offered takes it back before it is accepted."""
    with transaction.atomic():
        handover = _standing(actor, handover_id)
        if handover.offered_by_id != actor.pk:
            raise Refused(
                f"{_name(handover.offered_by)} made this offer and can withdraw it.", status=403
            )
        _decide(handover, HandoverState.WITHDRAWN)
        to = _name(handover.offered_to)
        _record(actor, handover, "handover.withdrawn", f"withdrew the offer of command to {to}")
    return handover


def take_over(*, actor: User, incident_id: int, reason: str) -> Incident:
    """An administrator commands where the commander is gone, and whoever may command where nobody
    but a rule about alerts does; the reason stays on the timeline."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _incident(actor, incident_id)
        if not reason.strip() and not acts_for_rules(incident.commander):
            raise Refused("Say why the commander cannot hand over.", status=422)
        if not may_take_over(person=actor, incident=incident):
            raise Refused(
                f"Only an administrator of {incident.environment} takes over command.", status=403
            )
        _require_open(incident)
        before = incident.commander
        if before == actor:
            raise Refused("You command this incident already.")
        end_offers(incident.pk)
        Incident.objects.filter(pk=incident.pk, state=IncidentState.OPEN).update(commander=actor)
        text = f"took over command: {reason.strip() or BY_RULE_ALONE}"
        _record_change(actor, incident, "handover.taken", text, before)
    return incident


def may_take_over(*, person: User, incident: Incident) -> bool:
    held = permissions.roles_in(person=person, environment=incident.environment)
    if Role.ADMINISTRATOR in held:
        return True
    return bool(held & permissions.COMMANDING) and acts_for_rules(incident.commander)


def end_offers(incident_id: int) -> None:
    """An offer ends with the incident, and when somebody takes over. Call inside the transaction
    that holds the incident."""
    standing = Handover.objects.filter(incident_id=incident_id, state=HandoverState.OFFERED)
    for pk in list(standing.values_list("pk", flat=True)):
        standing.filter(pk=pk).update(state=HandoverState.WITHDRAWN, decided_at=clock.now())
        no_longer(_topic(pk))


def _incident(actor: User, incident_id: int) -> Incident:
    visible = permissions.visible_incidents(actor)
    found = visible.select_related("environment", "commander").filter(pk=incident_id).first()
    if found is None:
        raise Refused("That incident does not exist.", status=404)
    return found


def _require_open(incident: Incident) -> None:
    permissions.require(
        allowed=incident.is_open, incident=incident, what="hand over command", needed="commander"
    )


def _who_may_command(incident: Incident, person_id: int) -> User:
    may = permissions.who_holds(incident.environment, permissions.COMMANDING)
    found = may.filter(pk=person_id).first()
    if found is None:
        raise Refused(
            f"Only who is commander in {incident.environment} can take command."
            " Ask an administrator to give that role.",
            status=403,
        )
    return found


def _standing(actor: User, handover_id: int) -> Handover:
    hold(handovers=handover_id)
    found = (
        Handover.objects.select_related(
            "incident__environment", "incident__commander", "offered_by", "offered_to"
        )
        .filter(pk=handover_id, incident__in=permissions.visible_incidents(actor))
        .first()
    )
    if found is None:
        raise Refused("That offer does not exist.", status=404)
    return found


def _require_offered_to(actor: User, handover: Handover) -> None:
    if handover.offered_to_id != actor.pk:
        raise Refused(
            f"Command is offered to {_name(handover.offered_to)}, who answers.", status=403
        )


def _decide(handover: Handover, state: HandoverState) -> None:
    rows = Handover.objects.filter(pk=handover.pk, state=HandoverState.OFFERED)
    if not rows.update(state=state, decided_at=clock.now()):
        handover.refresh_from_db()
        when = f" at {handover.decided_at:%H:%M:%S} UTC" if handover.decided_at else ""
        raise Refused(f"This offer was {handover.state}{when}.")
    no_longer(_topic(handover.pk))
    handover.refresh_from_db()


def _record_change(actor: User, incident: Incident, kind: str, text: str, before: User) -> None:
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=kind,
        text=f"{text} ({_name(before)} commanded until now)",
        panels=PANELS,
        data={"before": {"commander": str(before)}, "after": {"commander": str(actor)}},
        seals=seals_of_incident(commander=actor.get_username()),
    )


def _record(actor: User, handover: Handover, kind: str, text: str) -> None:
    timeline.record(
        incident_id=handover.incident_id,
        actor=actor,
        kind=kind,
        text=text,
        panels=PANELS,
        data={"by": str(handover.offered_by), "to": str(handover.offered_to)},
    )


def _tell(handover: Handover, incident: Incident) -> None:
    tell(
        Event(
            kind="handoff",
            incident=incident,
            topic=_topic(handover.pk),
            key=f"handover {handover.pk}",
            people=[handover.offered_to],
            subject=f"{incident.name}: {_name(handover.offered_by)} offers you command",
            body="\n\n".join(filter(None, (incident.title, handover.words))),
            link=reverse("incident", kwargs={"number": incident.number}),
            urgent=True,
        )
    )


def _topic(handover_id: int) -> str:
    return f"handover {handover_id}"


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()
