"""The rows of a sweep, each for itself: what one stumbles over keeps no other from its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError
from django.db.models import Model, QuerySet

AT_ONCE = 200

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)

logger = logging.getLogger(__name__)


def few(rows: QuerySet[Stored]) -> list[Stored]:
    """The first of them, looked for by their keys alone: nearly always there are none, and every
    second it would take milliseconds to put a wide SELECT together."""
    keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    return list(rows.filter(pk__in=keys)) if keys else []


def one_by_one(do: Callable[[Row], int], rows: Iterable[Row]) -> int:
    """How much came of it. Each must be a transaction of its own. A database that is
    away ends all of it."""
    return sum(_alone(do, row) for row in rows)


def _alone(do: Callable[[Row], int], row: Row) -> int:
    try:
        return do(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s of %s is left for the next pass", do.__name__, row)
        return 0
