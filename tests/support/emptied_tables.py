"""Tests that commit have their tables emptied afterwards, which the ledgers' triggers refuse: they
are dropped for that moment, and made again at the start of the next test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from incidents.models import insert_only

COMMITTING = {"transactional_db", "live_server", "django_db_serialized_rollback"}
_dropped: list[bool] = []


def _marked(request: pytest.FixtureRequest, *, transaction: bool) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction", False)) == transaction


@pytest.fixture(autouse=True)
def protected_ledgers(
    request: pytest.FixtureRequest,
    _django_db_marker: None,
) -> Iterator[None]:
    """Set up after the database's own fixtures, so torn down before the tables are emptied."""
    if _marked(request, transaction=True) or COMMITTING & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        insert_only.protect(connection)
        _dropped.clear()
        yield
        insert_only.unprotect(connection)
        _dropped.append(True)
        return
    if _dropped and (_marked(request, transaction=False) or "db" in request.fixturenames):
        request.getfixturevalue("db")
        insert_only.protect(connection)  # rolled back with the test
    yield
