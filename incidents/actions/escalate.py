"""The clock's own sweep: every timer whose time has come fires, once, whoever finds it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from incidents import clock
from incidents.actions.due_reports import follow_up_is_due, report_is_due
from incidents.actions.due_words import phase_overruns, update_is_due
from incidents.actions.levels import climb_unacknowledged, fire_level, repeat_level
from incidents.actions.timers import OUTLIVE
from incidents.models import EscalationLevel, Timer
from incidents.states import TimerKind, TimerState

BATCH = 50
CLOCKS_THAT_SELDOM_MEET = 8
LONGEST_SWEEP = 8.0
"""Seconds after which a sweep lets the clock's other work have its turn."""
LONGEST_REST = timedelta(minutes=5)

logger = logging.getLogger(__name__)

_resting: dict[int, tuple[int, datetime]] = {}
"""Timers that failed in this process: how often, and until when they are left alone."""


def fire_due_timers() -> int:
    """Fire what is due, batch by batch. Any number of clocks may run: each timer is claimed, and
    has its effects, in one transaction of its own. After downtime it fires late and says how late.
    One that fails is left alone for a while, longer each time, and stays in sight as overdue."""
    fired = 0
    until = time.monotonic() + LONGEST_SWEEP
    while time.monotonic() < until:
        batch = _due(clock.now())
        found = {pk: _fire_alone(pk, is_patient=False) for pk in batch}
        held = [pk for pk, is_fired in found.items() if is_fired is None]
        again = [_fire_alone(pk, is_patient=True) for pk in held]
        fired += sum(map(bool, [*found.values(), *again]))
        if len(batch) < BATCH:
            break
    return fired


def _due(now: datetime) -> list[int]:
    """Some of those that have been due for longest. Several clocks then seldom meet at a row, which
    costs each of them but the first a transaction for nothing."""
    resting = [pk for pk, (_, until) in _resting.items() if until > now]
    rows = Timer.objects.filter(state=TimerState.PENDING, due_at__lte=now).order_by("due_at")
    if resting:
        rows = rows.exclude(pk__in=resting)
    longest = list(rows.values_list("pk", flat=True)[: BATCH * CLOCKS_THAT_SELDOM_MEET])
    return random.sample(longest, min(BATCH, len(longest)))


def _fire_alone(pk: int, *, is_patient: bool) -> bool | None:
    """What one timer stumbles over must not keep the others from firing."""
    try:
        fired = fire(pk, is_patient=is_patient)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        times = _resting.get(pk, (0, clock.now()))[0] + 1
        rest = min(timedelta(seconds=2 ** min(times, 10)), LONGEST_REST)
        _resting[pk] = (times, clock.now() + rest)
        logger.exception("timer %s failed %s times and rests for %s", pk, times, rest)
        return False
    _resting.pop(pk, None)
    return fired


def fire(pk: int, *, is_patient: bool = True) -> bool | None:
    """Claim the timer and do what it stands for, in one transaction; False when somebody was first
    or its time has not come. None when somebody else holds the incident and we do not wait."""
    with transaction.atomic():
        timer = _held(pk, is_patient=is_patient)
        if timer is None:
            return False if is_patient else None
        if timer.state != TimerState.PENDING:
            return False
        now = clock.now()
        rows = Timer.objects.filter(pk=pk, state=TimerState.PENDING, due_at__lte=now)
        if not timer.incident.is_open and timer.kind not in OUTLIVE:
            rows.update(state=TimerState.CANCELLED)
            return False
        late = (now - timer.due_at).total_seconds()
        if not rows.update(state=TimerState.FIRED, fired_at=now, late=late):
            return False
        EFFECTS[TimerKind(timer.kind)](timer, now, late)
    return True


def _held(pk: int, *, is_patient: bool) -> Timer | None:
    """The timer with its incident, whose row is locked as `moves.hold` locks it, in one query. What
    the claim changes names the timer's own columns: here they may be those of before the lock."""
    rows = Timer.objects.select_related("incident__environment", "incident__commander")
    if connection.features.has_select_for_update:
        skips = not is_patient and connection.features.has_select_for_update_skip_locked
        rows = rows.select_for_update(of=("incident",), no_key=True, skip_locked=skips)
    return rows.filter(pk=pk).first()


def _fire_level(timer: Timer, now: datetime, late: float) -> None:
    level = EscalationLevel.objects.get(incident_id=timer.incident_id, position=int(timer.key))
    level.incident = timer.incident
    fire_level(level, now=now, late=late)


EFFECTS: Mapping[TimerKind, Callable[[Timer, datetime, float], None]] = {
    TimerKind.ESCALATION: _fire_level,
    TimerKind.REPEAT: lambda timer, now, late: repeat_level(timer, now=now, late=late),
    TimerKind.UNACKNOWLEDGED: lambda timer, now, late: climb_unacknowledged(
        timer, now=now, late=late
    ),
    TimerKind.UPDATE: lambda timer, _now, late: update_is_due(timer, late=late),
    TimerKind.PHASE: lambda timer, _now, late: phase_overruns(timer, late=late),
    TimerKind.REPORT: lambda timer, _now, late: report_is_due(timer, late),
    TimerKind.FOLLOW_UP: lambda timer, _now, late: follow_up_is_due(timer, late),
}
