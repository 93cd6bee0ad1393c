"""Who commands, to whom it is offered, and who could."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.models import Handover, Incident
from incidents.queries.rule_accounts import acts_for_rules
from incidents.states import HandoverState


@dataclass(frozen=True, slots=True)
class Command:
    """As one person sees it. `offer` is the one that stands; `may_take_over` is for those who may
    and do not command already, `is_by_rule` where nobody but a rule about alerts does; `others` are
    those to whom the commander can offer."""

    incident: Incident
    offer: Handover | None
    is_mine_to_answer: bool
    is_mine_to_withdraw: bool
    may_offer: bool
    may_take_over: bool
    is_by_rule: bool
    others: tuple[User, ...]


def read_command(
    incident: Incident, *, person: User, may_command: QuerySet[User], may_take_over: bool
) -> Command:
    """`may_command` are all who may command in the incident's environment."""
    standing = incident.handovers.filter(state=HandoverState.OFFERED)
    offer = (
        standing.select_related("offered_by", "offered_to").first() if incident.is_open else None
    )
    commands = incident.is_open and incident.commander_id == person.pk
    others = may_command.exclude(pk=person.pk).order_by("username") if commands else ()
    return Command(
        incident=incident,
        offer=offer,
        is_mine_to_answer=offer is not None and offer.offered_to_id == person.pk,
        is_mine_to_withdraw=offer is not None and offer.offered_by_id == person.pk,
        may_offer=commands and offer is None,
        may_take_over=incident.is_open and may_take_over and not commands,
        is_by_rule=acts_for_rules(incident.commander),
        others=tuple(others),
    )
