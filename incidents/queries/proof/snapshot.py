"""Reading much at one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside stood at the moment of the first query, and nobody waits for it.

    Read only. Inside of another transaction it is that transaction's own view.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with _deferred(), transaction.atomic():
            yield


@contextmanager
def _deferred() -> Iterator[None]:
    """SQLite: a transaction that does not begin with the lock for writing, unlike all others."""
    connection.ensure_connection()  # which sets the mode that the settings name
    own = connection.settings_dict["OPTIONS"].get("transaction_mode")
    _set_mode("DEFERRED")
    try:
        yield
    finally:
        _set_mode(own)


def _set_mode(mode: str | None) -> None:
    connection.transaction_mode = mode  # type: ignore[attr-defined]  # SQLite's alone
