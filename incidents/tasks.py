"""What workers are asked by name. Ids in, one action, nothing out; safe to deliver twice."""

from __future__ import annotations

import os
import socket

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings

from incidents import draining
from incidents.actions import clockwork, judge_fix, look, plan, probe, work
from incidents.actions import deliver as delivery
from incidents.source import WORKER, acting_from
from runbook.cloud import preparing

HARD_LIMIT = settings.RUN_DEADLINE_SECONDS + 120


@worker_init.connect
def prepare(**_signal: object) -> None:
    """Before the first message, so that nobody waits for what is loaded once, and before the pool
    forks, so that its processes share it."""
    if settings.EARLY_CLIENTS:
        preparing.prepare()


@worker_shutting_down.connect
def drain(**_signal: object) -> None:
    """Runs in the worker's main process, before its pool is asked to end."""
    draining.ask()


def _worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@shared_task(time_limit=HARD_LIMIT)
def plan_run(run_id: int) -> None:
    with acting_from(WORKER):
        plan.plan_run(run_id, worker=_worker())


@shared_task(time_limit=HARD_LIMIT)
def execute_run(run_id: int) -> None:
    with acting_from(WORKER):
        work.execute_run(run_id, worker=_worker())


@shared_task(time_limit=HARD_LIMIT)
def probe_run(run_id: int) -> None:
    with acting_from(WORKER):
        probe.probe_run(run_id, worker=_worker())


@shared_task(time_limit=300)
def check_health(check_id: int) -> None:
    with acting_from(WORKER):
        look.run(check_id)


@shared_task(time_limit=300)
def deliver(notification_id: int) -> None:
    with acting_from(WORKER):
        delivery.deliver(notification_id)


@shared_task(time_limit=600)
def validate_fix(validation_id: int) -> None:
    with acting_from(WORKER):
        judge_fix.run(validation_id)


@shared_task
def beat(queue_name: str) -> None:
    clockwork.worker_beat(queue_name)
