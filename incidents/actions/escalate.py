"""The clock's own sweep: every timer whose time has come fires, once, whoever finds it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from incidents import clock
from incidents.actions.due_reports import follow_up_is_due, report_is_due
from incidents.actions.due_words import phase_overruns, update_is_due
from incidents.actions.levels import climb_unacknowledged, fire_level, repeat_level
from incidents.actions.moves import hold, hold_if_free
from incidents.actions.timers import OUTLIVE
from incidents.models import EscalationLevel, Timer
from incidents.states import TimerKind, TimerState

BATCH = 50
LONGEST_SWEEP = 10.0
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
        done = sum(_fire_alone(pk) for pk in batch)
        fired += done
        if len(batch) < BATCH or not done:
            break
    return fired


def _due(now: datetime) -> list[int]:
    """The longest due first; in an order of its own within the batch, so that several clocks do not
    follow each other from row to row."""
    resting = [pk for pk, (_, until) in _resting.items() if until > now]
    rows = Timer.objects.filter(state=TimerState.PENDING, due_at__lte=now).order_by("due_at")
    if resting:
        rows = rows.exclude(pk__in=resting)
    batch = list(rows.values_list("pk", flat=True)[:BATCH])
    random.shuffle(batch)
    return batch


def _fire_alone(pk: int) -> bool:
    """What one timer stumbles over must not keep the others from firing."""
    try:
        fired = fire(pk, is_patient=False)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        times = _resting.get(pk, (0, clock.now()))[0] + 1
        rest = min(timedelta(seconds=2**times), LONGEST_REST)
        _resting[pk] = (times, clock.now() + rest)
        logger.exception("timer %s failed %s times and rests for %s", pk, times, rest)
        return False
    _resting.pop(pk, None)
    return fired


def fire(pk: int, *, is_patient: bool = True) -> bool:
    """Claim the timer and do what it stands for, in one transaction; False when somebody was first
    or its time has not come. Who is not patient leaves alone what somebody else holds."""
    with transaction.atomic():
        if is_patient:
            hold(timers=pk)
        elif not hold_if_free(timers=pk):
            return False
        now = clock.now()
        rows = Timer.objects.filter(pk=pk, state=TimerState.PENDING, due_at__lte=now)
        timer = rows.select_related("incident__environment", "incident__commander").first()
        if timer is None:
            return False
        if not timer.incident.is_open and timer.kind not in OUTLIVE:
            rows.update(state=TimerState.CANCELLED)
            return False
        late = (now - timer.due_at).total_seconds()
        if not rows.update(state=TimerState.FIRED, fired_at=now, late=late):
            return False
        EFFECTS[TimerKind(timer.kind)](timer, now, late)
    return True


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
