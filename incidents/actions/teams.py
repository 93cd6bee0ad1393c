"""Which teams an incident knows, who is of them, and who may hand work over or take it."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import permissions
from incidents.models import Handoff, Incident
from incidents.queries.ball import read_ball, team_name
from incidents.queries.receivers import plain, who_is
from incidents.refusal import Refused

LONGEST_TEAM = 60


def working_incident(actor: User, incident_id: int) -> Incident:
    """The open incident, for who works in it; inside the transaction that holds it."""
    visible = permissions.visible_incidents(actor)
    found = visible.select_related("environment", "commander").filter(pk=incident_id).first()
    if found is None:
        raise Refused("That incident does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=found).can_tick,
        incident=found,
        what="hand work over",
        needed="responder or commander",
    )
    return found


def team_of(incident: Incident, word: str) -> str:
    """The team as the runbook writes it. One that it does not name must mean somebody, unless the
    runbook names no teams at all."""
    wanted = plain(word)
    for key, title in incident.roles.items():
        if wanted in (plain(key), plain(str(title))):
            return str(key)
    if not wanted or len(word) > LONGEST_TEAM:
        raise Refused("Name the two teams.", status=422)
    if incident.roles and not _means_somebody(incident, word):
        listed = ", ".join(incident.roles)
        raise Refused(
            f"“{word}” is no role of this runbook, and no group or rota. It names {listed}.",
            status=422,
        )
    return " ".join(word.split())


def _means_somebody(incident: Incident, word: str) -> bool:
    found = who_is([word], incident)
    return bool(found.people or found.channels)


def is_of(person: User, team: str, incident: Incident) -> bool:
    return person in who_is([team], incident).people


def require_giver(actor: User, incident: Incident, team: str) -> None:
    """The commander hands over for any team, everybody else for their own."""
    if incident.commander_id != actor.pk and not is_of(actor, team, incident):
        raise Refused(
            f"Who is of {team_name(incident, team)}, or the commander, hands its work over.",
            status=403,
        )


def require_holder(incident: Incident, team: str) -> None:
    """Only the team that has the work hands it on; before the first handoff that is anyone."""
    held = read_ball(incident, now=incident.started_at).now
    if held is not None and held.team != team:
        raise Refused(f"The work is with {held.name} since {held.since:%H:%M} UTC, who hand it on.")


def taker_of(handoff: Handoff, *, actor: User, person_id: int | None) -> User:
    """Who accepts: the actor, where they are of the team that takes over, or whom the commander
    names of those who work in the environment."""
    incident = handoff.incident
    if person_id in (None, actor.pk) and is_of(actor, handoff.taken_by, incident):
        return actor
    if person_id is not None:
        return _named_by_commander(handoff, actor, person_id)
    name = team_name(incident, handoff.taken_by)
    if may_name(actor, incident):
        raise Refused(f"You are not of {name}. Say who accepts the work for them.", status=422)
    raise Refused(
        f"The work is offered to {name}: {_who_may(handoff)}, or the commander names who accepts.",
        status=403,
    )


def may_name(actor: User, incident: Incident) -> bool:
    return permissions.abilities(person=actor, incident=incident).can_command


def _named_by_commander(handoff: Handoff, actor: User, person_id: int) -> User:
    incident = handoff.incident
    if not may_name(actor, incident):
        raise Refused("Only a commander names who accepts for a team.", status=403)
    may = permissions.who_holds(incident.environment, permissions.WORKING)
    found = may.filter(pk=person_id).first()
    if found is None:
        raise Refused(
            f"Only who works in {incident.environment} can accept. Ask an administrator to give"
            " that person a role.",
            status=422,
        )
    return found


def _who_may(handoff: Handoff) -> str:
    people = who_is([handoff.taken_by], handoff.incident).people
    names = [person.get_full_name() or person.get_username() for person in people[:4]]
    return " or ".join(names) if names else "nobody here is known to be of it"
