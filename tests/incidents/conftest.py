"""People and a small incident, as most tests of the application need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from incidents import clock
from incidents.actions import alert_incidents, escalate, forgetting
from incidents.models import Incident, insert_only
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Rows of another test may have had the same numbers, and what is remembered of them stays in
    the process."""
    for remembered in (alert_incidents._resting, escalate._resting, forgetting._next_at):
        remembered.clear()


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def set_clock() -> Iterator[SetClock]:
    source = SetClock()
    clock.set_source(source)
    yield source
    clock.set_source(None)


@pytest.fixture
def commander(db: None) -> User:
    return factories.make_person("commander", Role.COMMANDER, Role.RESPONDER)


@pytest.fixture
def engineer(db: None) -> User:
    return factories.make_person("engineer", Role.APPROVER, Role.RESPONDER)


@pytest.fixture
def leader(db: None) -> User:
    return factories.make_person("leader", Role.VIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    return factories.make_person(
        "outsider", Role.ADMINISTRATOR, environment=factories.make_environment("elsewhere")
    )


@pytest.fixture
def incident(commander: User) -> Incident:
    return factories.make_incident(commander)


Tamper = Callable[..., None]


@pytest.fixture
def tamper(db: None) -> Tamper:
    """Runs SQL as somebody would who owns the database, past its triggers."""

    def change(*statements: str) -> None:
        insert_only.unprotect(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        insert_only.protect(connection)

    return change


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads with connections of their own; results, or the `Refused` raised."""

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(attempt, calls))
