"""One pass of the clock over everything that is due."""

from __future__ import annotations

from incidents import clock
from incidents.actions.approve import expire_waiting
from incidents.actions.escalate import fire_due_timers
from incidents.actions.recover import recover_expired_leases, resend_waiting
from incidents.models import Heartbeat

PROCESS = "clock"


def tick() -> int:
    """Do what is due now; how many things were done. Safe beside other clocks."""
    done = fire_due_timers() + expire_waiting() + recover_expired_leases() + resend_waiting()
    Heartbeat.objects.update_or_create(process=PROCESS, defaults={"at": clock.now()})
    return done
