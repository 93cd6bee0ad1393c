"""Holding a claimed row while a worker is at it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet

from incidents import clock
from incidents.models import HealthCheck, Validation

logger = logging.getLogger(__name__)


def lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def is_lost(now: datetime) -> Q:
    """Of a row that its worker renews no more. A lease further ahead than one can be is from before
    the clock was set back: a worker that lives moves it, one that died must not hold it."""
    ahead = now + timedelta(seconds=2 * settings.LEASE_SECONDS)
    return Q(lease_until__lt=now) | Q(lease_until__gt=ahead)


class Renewing:
    """Context manager that moves `lease_until` of the row on while its worker lives. `rows` name
    the row with its token and state, so that one that was given to somebody else is left alone.

    A thread with a database connection of its own; what is over within a third of the lease needs
    neither.
    """

    def __init__(self, rows: QuerySet[HealthCheck] | QuerySet[Validation]) -> None:
        self._rows = rows
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    @property
    def is_at_work(self) -> bool:
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            while not self._ended.wait(settings.LEASE_SECONDS / 3):
                if not self._renew():
                    return
        finally:
            connection.close()

    def _renew(self) -> bool:
        """False when the row is not ours any more. A database that is away is asked again."""
        try:
            return bool(self._rows.all().update(lease_until=lease(clock.now())))
        except DatabaseError as error:
            logger.warning("a lease could not be renewed: %s", error)
            return True
