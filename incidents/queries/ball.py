"""Which team has the work of an incident, since when, and how long each team had it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import Handoff, Incident
from incidents.states import HandoffState


@dataclass(frozen=True, slots=True)
class Spell:
    """A team had the work from `since` until `until`, None while it has it. `by` is who accepted
    it, "" for the team that had it from the start."""

    team: str
    name: str
    since: datetime
    until: datetime | None
    length: timedelta
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ball:
    """Spells in order; none while teams have not handed anything over."""

    spells: tuple[Spell, ...]

    @property
    def now(self) -> Spell | None:
        """The team that has it, or had it when the incident was closed."""
        return self.spells[-1] if self.spells else None

    @property
    def totals(self) -> tuple[tuple[str, timedelta], ...]:
        """How long each team had it altogether, by the name that people read, longest first."""
        sums: dict[str, timedelta] = {}
        for spell in self.spells:
            sums[spell.name] = sums.get(spell.name, timedelta()) + spell.length
        return tuple(sorted(sums.items(), key=lambda pair: pair[1], reverse=True))


def read_ball(incident: Incident, *, now: datetime) -> Ball:
    accepted = incident.handoffs.filter(state=HandoffState.ACCEPTED).select_related("decided_by")
    return ball_of(incident, accepted, now=now)


def ball_of(incident: Incident, handoffs: Iterable[Handoff], *, now: datetime) -> Ball:
    """Of handoffs in the order in which they were offered; makes no query where `decided_by` came
    with them."""
    accepted = [one for one in handoffs if one.state == HandoffState.ACCEPTED]
    if not accepted:
        return Ball(())
    starts = [(accepted[0].given_by, incident.started_at, "")]
    starts += [(one.taken_by, one.decided_at or one.offered_at, _by(one)) for one in accepted]
    ends = [since for _, since, _ in starts[1:]]
    pairs = zip(starts, [*ends, incident.resolved_at], strict=True)
    return Ball(tuple(_spell(incident, start, until, now) for start, until in pairs))


def _spell(
    incident: Incident, start: tuple[str, datetime, str], until: datetime | None, now: datetime
) -> Spell:
    team, since, by = start
    return Spell(
        team=team,
        name=team_name(incident, team),
        since=since,
        until=until,
        length=max((until or now) - since, timedelta()),
        by=by,
    )


def team_name(incident: Incident, team: str) -> str:
    """A team as people call it: what the runbook says of the role, else the role's name."""
    return incident.roles.get(team) or team.replace("-", " ").capitalize()


def _by(handoff: Handoff) -> str:
    person = handoff.decided_by
    return (person.get_full_name() or person.get_username()) if person else ""
