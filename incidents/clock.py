"""What time it is. The only place that asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Aware UTC. Read it once per function."""
    return _source()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the clock in tests and drills; None restores the system's."""
    global _source  # noqa: PLW0603  (the injection point itself)
    _source = source or _system
