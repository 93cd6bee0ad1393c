"""Handoffs between teams as the room shows them, and what a new one can begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.models import Handoff, HandoffItem, Incident
from incidents.queries.ball import Ball, ball_of, team_name
from incidents.queries.receivers import who_is
from incidents.queries.words.drafts import handoff_words
from incidents.states import HandoffSide, HandoffState
from runbook.document import definition


@dataclass(frozen=True, slots=True)
class Checklist:
    """Lines of one side, and whose they are."""

    title: str
    items: tuple[HandoffItem, ...]


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One handoff, with its checklists that have lines."""

    handoff: Handoff
    giver: str
    taker: str
    checklists: tuple[Checklist, ...]

    @property
    def done(self) -> int:
        return sum(item.done_at is not None for one in self.checklists for item in one.items)

    @property
    def total(self) -> int:
        return sum(len(one.items) for one in self.checklists)


@dataclass(frozen=True, slots=True)
class Handoffs:
    """`offer` stands and waits for an answer; `current` brought the work to who has it; `past` are
    all others, newest first. `takers` are the people of the team that is offered the work."""

    ball: Ball
    offer: HandoffView | None
    current: HandoffView | None
    past: tuple[HandoffView, ...]
    takers: tuple[User, ...]
    is_mine_to_answer: bool
    is_mine_to_withdraw: bool


def read_handoffs(incident: Incident, *, person: User, now: datetime) -> Handoffs:
    rows = list(
        incident.handoffs.select_related("offered_by", "decided_by").prefetch_related(
            "items__done_by"
        )
    )
    views = [_view(incident, row) for row in rows]
    offers = [one for one in views if one.handoff.state == HandoffState.OFFERED]
    accepted = [one for one in views if one.handoff.state == HandoffState.ACCEPTED]
    offer = offers[0] if offers and incident.is_open else None
    current = accepted[-1] if accepted else None
    takers = who_is([offer.handoff.taken_by], incident).people if offer else ()
    return Handoffs(
        ball=ball_of(incident, rows, now=now),
        offer=offer,
        current=current,
        past=tuple(one for one in reversed(views) if one not in (offer, current)),
        takers=takers,
        is_mine_to_answer=person in takers,
        is_mine_to_withdraw=offer is not None
        and person.pk in (offer.handoff.offered_by_id, incident.commander_id),
    )


def _view(incident: Incident, handoff: Handoff) -> HandoffView:
    giver, taker = (team_name(incident, one) for one in (handoff.given_by, handoff.taken_by))
    titles = {
        HandoffSide.ASKED: f"Asked of {taker}",
        HandoffSide.TAKER_STANDBY: f"{taker} stands by for",
        HandoffSide.GIVER_STANDBY: f"{giver} stands by for",
    }
    items = list(handoff.items.all())
    lists = (
        Checklist(title, tuple(item for item in items if item.side == side))
        for side, title in titles.items()
    )
    return HandoffView(handoff, giver, taker, tuple(one for one in lists if one.items))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new handoff's form is filled with; lists as lines. `answers` is the handoff that it
    hands back."""

    given_by: str = ""
    taken_by: str = ""
    done: str = ""
    asked_items: str = ""
    giver_items: str = ""
    taker_items: str = ""
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A handoff that the runbook names, by its place there."""

    place: int
    label: str
    is_chosen: bool


def proposals(
    incident: Incident, named: Sequence[definition.Handoff], *, chosen: int | None
) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(
            place=place,
            label=" to ".join(team_name(incident, one) for one in (each.given_by, each.taken_by)),
            is_chosen=place == chosen,
        )
        for place, each in enumerate(named)
    )


def fitting(
    incident: Incident, named: Sequence[definition.Handoff], *, now: datetime
) -> int | None:
    """The place of the runbook's handoff that comes next: the first that the team gives which has
    the work; at the start the very first."""
    rows = incident.handoffs.filter(state=HandoffState.ACCEPTED)
    held = ball_of(incident, rows, now=now).now
    own = [place for place, one in enumerate(named) if held is None or one.given_by == held.team]
    return own[0] if own else None


def begin(
    incident: Incident,
    named: Sequence[definition.Handoff],
    *,
    place: int | None,
    answers: Handoff | None,
    now: datetime,
) -> Beginning:
    """The runbook's words and what was done since the giving team has had the work."""
    proposal = named[place] if place is not None else None
    given = proposal.given_by if proposal else answers.taken_by if answers else ""
    taken = proposal.taken_by if proposal else answers.given_by if answers else ""
    return Beginning(
        given_by=given,
        taken_by=taken,
        done=handoff_words(incident, proposal.done if proposal else (), now=now),
        asked_items="\n".join(proposal.asked) if proposal else "",
        giver_items="\n".join(proposal.giver) if proposal else "",
        taker_items="\n".join(proposal.taker) if proposal else "",
        answers=answers.pk if answers and given == answers.taken_by else None,
    )


def answered_by(handoffs: QuerySet[Handoff], pk: int | None) -> Handoff | None:
    """The accepted handoff of that number."""
    return handoffs.filter(pk=pk, state=HandoffState.ACCEPTED).first() if pk else None
