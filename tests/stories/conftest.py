"""The three people of the demo, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.stories.people import Person
from tests.support.processes import Processes

Invite = Callable[[Processes, str], Person]


def password_of(processes: Processes, username: str) -> str:
    for line in processes.demo.splitlines():
        words = line.split()
        if words[:1] == [username]:
            return words[1]
    raise AssertionError(f"no password for {username} in: {processes.demo}")


@pytest.fixture
def invite(browser: Browser) -> Iterator[Invite]:
    """Signs a demo person in; at the end no page may have had a fault of its own."""
    people: list[Person] = []

    def come(processes: Processes, username: str) -> Person:
        person = Person(browser, processes.address, username, password_of(processes, username))
        people.append(person)
        return person

    yield come
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.context.close()
    assert faults == []
