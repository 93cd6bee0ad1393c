"""Announces work to the workers. The row is the truth: a message that is lost is sent again by the
clock's sweep, one that arrives twice finds the row already claimed."""

from __future__ import annotations

import logging
from typing import Literal

from celery import Celery
from django.db import transaction
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

TaskName = Literal[
    "plan_run", "execute_run", "probe_run", "deliver", "check_health", "validate_fix"
]
QueueName = Literal["reads", "changes", "notifications"]

_sender = Celery("runbook.sender", set_as_current=False)
_sender.config_from_object("django.conf:settings", namespace="CELERY")
# A person is waiting: a broker that is away is told by the first attempt, the sweep does the rest.
_sender.conf.broker_transport_options = {
    **_sender.conf.broker_transport_options,
    "max_retries": 0,
}


def enqueue(name: TaskName, row_id: int, *, queue: QueueName) -> None:
    """When the transaction commits, send the task by name with the row's id."""
    transaction.on_commit(lambda: _send(name, row_id, queue), robust=True)


def _send(name: TaskName, row_id: int, queue: QueueName) -> None:
    try:
        _sender.send_task(f"incidents.tasks.{name}", args=[row_id], queue=queue, retry=False)
    except (KombuError, OSError) as error:
        logger.warning(
            "%s %s stays for the sweep, the broker does not answer: %s", name, row_id, error
        )


def ask_for_sign_of_life(queue: QueueName, *, within: float) -> None:
    """Have a worker of the queue note that it works; dropped after `within` seconds."""
    try:
        _sender.send_task(
            "incidents.tasks.beat", args=[queue], queue=queue, retry=False, expires=within
        )
    except (KombuError, OSError) as error:
        logger.warning("no sign of life asked of %s, the broker does not answer: %s", queue, error)
