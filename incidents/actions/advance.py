"""Time passes for one incident alone: a drill lives six hours in a moment.

Its own past is moved back, from one due moment to the next, and what is due fires there: every
clock, page and countdown reads the same rows as ever. The timeline keeps the real moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, QuerySet

from incidents import clock, timeline
from incidents.actions.escalate import fire
from incidents.actions.meant import LOUD_AT
from incidents.actions.moves import hold
from incidents.actions.voiding import expire
from incidents.models import (
    Approval,
    EscalationLevel,
    Handoff,
    HandoffItem,
    Handover,
    Incident,
    Notification,
    Phase,
    Step,
    Timer,
    Update,
)
from incidents.queries.proof.sealed_rows import seals_of_moved
from incidents.refusal import Refused
from incidents.states import ApprovalState, NotificationState, TimerState
from runbook.document.durations import words

MOST = 7 * 86400
MOST_FIRED = 2_000
"""More than most ladders fire in a week; what never comes to an end stops here."""


@dataclass(frozen=True, slots=True)
class Passed:
    """`fired` timers and approvals fell due on the way. `left` seconds did not pass: too much
    fell due before them."""

    fired: int
    left: int


def advance(*, incident_id: int, seconds: int, most_fired: int = MOST_FIRED) -> Passed:
    """Let so many seconds pass, or stop on the way once `most_fired` have fallen due. For drills
    alone, and where the settings say that this is no production."""
    if not 0 < seconds <= MOST:
        raise Refused("Let a second pass at least, and a week at most.", status=422)
    _begin(incident_id, seconds)
    left, fired = timedelta(seconds=seconds), 0
    while fired < most_fired:
        passed = _pass_until_due(incident_id, left)
        left -= passed
        done = _fire_due(incident_id)
        fired += done
        if not left and not done:
            break
    if left:
        _stop(incident_id, fired, ceil(left.total_seconds()))
    return Passed(fired, ceil(left.total_seconds()))


def _stop(incident_id: int, fired: int, left: int) -> None:
    """The timeline has said already that all of it passes."""
    with transaction.atomic():
        hold(pk=incident_id)
        timeline.record(
            incident_id=incident_id,
            actor=None,
            kind="time.advanced",
            text=f"stopped before the last {words(left)} of it, as {fired} timers fell due",
            panels=["header"],
            data={"left": left, "fired": fired},
        )


def _begin(incident_id: int, seconds: int) -> None:
    with transaction.atomic():
        hold(pk=incident_id)
        incident = Incident.objects.get(pk=incident_id)
        if not (incident.is_drill or settings.DEBUG):
            raise Refused(f"{incident.name} is no drill: time passes by itself in it.")
        if not incident.is_open:
            raise Refused(f"{incident.name} is {incident.state}; no time passes in it any more.")
        timeline.record(
            incident_id=incident_id,
            actor=None,
            kind="time.advanced",
            text=f"let {words(seconds)} pass for this drill",
            panels=["header", "ladder", "updates", "phases", "incidents"],
            data={"seconds": seconds},
            seals=seals_of_moved(incident),
        )


def _pass_until_due(incident_id: int, left: timedelta) -> timedelta:
    """Move everything back to where the next due moment is now, or by all that is left."""
    with transaction.atomic():
        hold(pk=incident_id)
        now = clock.now()
        following = _next_due(incident_id)
        gap = left if following is None else min(left, max(following - now, timedelta()))
        if gap:
            _move_back(incident_id, gap)
    return gap


def _next_due(incident_id: int) -> datetime | None:
    timers = Timer.objects.filter(incident_id=incident_id, state=TimerState.PENDING)
    approvals = _waiting(incident_id)
    moments = [
        timers.order_by("due_at").values_list("due_at", flat=True).first(),
        approvals.order_by("expires_at").values_list("expires_at", flat=True).first(),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _waiting(incident_id: int) -> QuerySet[Approval]:
    return Approval.objects.filter(run__incident=incident_id, state=ApprovalState.WAITING)


def _move_back(incident_id: int, gap: timedelta) -> None:
    own = {"incident_id": incident_id}
    _shift(
        Incident.objects.filter(pk=incident_id),
        gap,
        "started_at",
        "acknowledged_at",
        "mitigated_at",
        "paused_at",
    )
    _shift(Phase.objects.filter(**own), gap, "started_at", "completed_at")
    _shift(Step.objects.filter(**own), gap, "decided_at")
    _shift(EscalationLevel.objects.filter(**own), gap, "fired_at", "acknowledged_at")
    _shift(Timer.objects.filter(**own), gap, "due_at", "fired_at", "postponed_from")
    _shift(Update.objects.filter(**own), gap, "at")
    _shift(Handover.objects.filter(**own), gap, "offered_at", "decided_at")
    _shift(Handoff.objects.filter(**own), gap, "offered_at", "decided_at")
    _shift(HandoffItem.objects.filter(handoff__incident=incident_id), gap, "done_at")
    _shift(_rungs(incident_id), gap, "due_at")
    waiting = list(_waiting(incident_id).values_list("pk", flat=True))
    _shift(Approval.objects.filter(pk__in=waiting), gap, "asked_at", "expires_at")


def _rungs(incident_id: int) -> QuerySet[Notification]:
    """What people are told later, except for what their own quiet hours hold back."""
    waiting = NotificationState.WAITING
    own = Notification.objects.filter(incident_id=incident_id, state=waiting, attempts=0)
    return own.exclude(data__has_key=LOUD_AT)


def _shift(rows: QuerySet[Model], gap: timedelta, *columns: str) -> None:
    """What is empty stays empty."""
    rows.update(**{column: F(column) - gap for column in columns})


def _fire_due(incident_id: int) -> int:
    now = clock.now()
    due = Timer.objects.filter(incident_id=incident_id, state=TimerState.PENDING, due_at__lte=now)
    fired = sum(bool(fire(pk)) for pk in list(due.order_by("due_at").values_list("pk", flat=True)))
    over = _waiting(incident_id).filter(expires_at__lte=now)
    return fired + sum(expire(pk) for pk in list(over.values_list("pk", flat=True)))
