"""The rows of a sweep, each for itself: what one stumbles over keeps no other from its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

Row = TypeVar("Row")

logger = logging.getLogger(__name__)


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
