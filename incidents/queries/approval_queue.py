"""Which approvals a person is shown: those that wait, one by its number, how many are theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from incidents.models import Approval, Incident
from incidents.queries.approvals import Card, cards_of
from incidents.quorum import weigh_all
from incidents.states import ApprovalState, RunState

WAITS = Q(state=ApprovalState.WAITING, run__state=RunState.WAITING)


def read_queue(
    visible: QuerySet[Incident], *, person: User, now: datetime, shown: Sequence[int] = ()
) -> list[Card]:
    """Every approval that waits in the visible incidents: mine first, then the incident whose
    approvals are the most urgent, in it as they were asked for. Those `shown` already stay where
    they are, decided or not, so that no other takes their place under somebody's hand."""
    asked = Approval.objects.filter(WAITS | Q(pk__in=shown), run__incident__in=visible)
    runs = [approval.run for approval in _with_all(asked).order_by("expires_at")]
    urgency = {run.incident_id: place for place, run in reversed(list(enumerate(runs)))}
    places = {approval: place for place, approval in enumerate(shown)}

    def place(card: Card) -> tuple[int, bool, int, int]:
        own = places.get(card.approval.pk, len(places)) if card.approval else len(places)
        return own, not card.may_decide, urgency[card.run.incident_id], card.run.number

    return sorted(cards_of(runs, person=person, now=now).values(), key=place)


def read_card(
    visible: QuerySet[Incident], *, approval_id: int, person: User, now: datetime
) -> Card | None:
    approval = _with_all(Approval.objects.filter(run__incident__in=visible, pk=approval_id)).first()
    if approval is None:
        return None
    return cards_of([approval.run], person=person, now=now)[approval.run_id]


def count_for(visible: QuerySet[Incident], *, person: User) -> int:
    """How many approvals wait for exactly this person."""
    waiting = _waiting(visible).select_related("run__incident__environment", "run__command__step")
    weighed = weigh_all(list(waiting), also=person)
    return sum(1 for one in weighed.values() if one.waits_for(person.pk))


def _waiting(visible: QuerySet[Incident]) -> QuerySet[Approval]:
    return Approval.objects.filter(WAITS, run__incident__in=visible)


def _with_all(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    return approvals.select_related(
        "run__plan",
        "run__requested_by",
        "run__command__step__phase",
        "run__command__edited_by",
        "run__command__step__edited_by",
        "run__incident__environment",
        "decided_by",
    )
