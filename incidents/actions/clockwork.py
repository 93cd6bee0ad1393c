"""One pass of the clock over everything that is due, and the signs of life of all processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from incidents import clock, queue
from incidents.actions.alert_incidents import take_up_forgotten
from incidents.actions.alert_recovery import close_what_is_over
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.check_health import resend_checks, take_back_checks
from incidents.actions.escalate import fire_due_timers
from incidents.actions.forgetting import forget_old_notifications
from incidents.actions.freeze_begins import begin_due_freezes
from incidents.actions.hand_out import hand_out, take_back
from incidents.actions.maintenance import move_due_maintenance
from incidents.actions.monitor import ask_due_checks
from incidents.actions.recover import recover_expired_leases, resend_waiting
from incidents.actions.validate import resend_validations, take_back_validations
from incidents.actions.voiding import expire_waiting
from incidents.models import Heartbeat

CLOCK = "clock"
QUEUES: tuple[queue.QueueName, ...] = ("reads", "changes")
BEAT_SECONDS = 5
SWEEPS: tuple[Callable[[], int], ...] = (
    fire_due_timers,
    expire_waiting,
    begin_due_freezes,
    recover_expired_leases,
    resend_waiting,
    move_due_maintenance,
    take_up_forgotten,
    close_what_is_over,
    tell_what_is_late,
    take_back,
    hand_out,
    ask_due_checks,
    take_back_checks,
    resend_checks,
    take_back_validations,
    resend_validations,
    forget_old_notifications,
)

logger = logging.getLogger(__name__)


def tick() -> int:
    """Do what is due now; how many things were done. Safe beside other clocks."""
    done = sum(_swept(sweep) for sweep in SWEEPS)
    if beat(CLOCK):
        for name in QUEUES:
            queue.ask_for_sign_of_life(name, within=BEAT_SECONDS)
    return done


def _swept(sweep: Callable[[], int]) -> int:
    """What one kind of row stumbles over must not keep the other kinds from being done."""
    try:
        return sweep()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s is left out of this pass", sweep.__name__)
        return 0


def beat(process: str) -> bool:
    """Note that a process works, at most every `BEAT_SECONDS`; whether it was noted now. What was
    noted before the clock was set back must not wait until it comes true."""
    now = clock.now()
    row, is_new = Heartbeat.objects.get_or_create(process=process, defaults={"at": now})
    if is_new:
        return True
    pause = timedelta(seconds=BEAT_SECONDS)
    is_due = Q(at__lte=now - pause) | Q(at__gt=now + pause)
    return Heartbeat.objects.filter(is_due, pk=row.pk).update(at=now) == 1


def worker_beat(queue_name: str) -> None:
    """A worker of the queue took a message and reached the database."""
    beat(f"worker {queue_name}")
