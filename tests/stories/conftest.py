"""The three people of the demo, each with a browser of their own, and the Runbook they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from itertools import count

import pytest
from playwright.sync_api import Browser

from tests.stories.callers import Caller, password_of
from tests.stories.people import Person
from tests.support.browsers import KEPT, as_browsers_keep, running_browser
from tests.support.folders import kept_in_folder
from tests.support.processes import Processes
from tests.support.receivers import Mailbox

Invite = Callable[..., Person]
SHARED = pytest.StashKey[Processes]()
HASTY = pytest.StashKey[Processes]()
_numbers = count(1)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Browser:
    return kept_in_folder(request, KEPT, running_browser)


@pytest.fixture(scope="module")
def processes(
    request: pytest.FixtureRequest, start_processes: Callable[..., Processes], mailbox: Mailbox
) -> Processes:
    """One whole Runbook, shared by stories that run one after another."""
    mail = f"smtp://127.0.0.1:{mailbox.port}"
    settings = {"RUNBOOK_MAIL_URL": mail, "RUNBOOK_STATUS_PUBLIC": "1"}

    def start() -> AbstractContextManager[Processes]:
        return closing(start_processes(f"shared-{next(_numbers)}", environment=settings))

    return kept_in_folder(request, SHARED, start)


@pytest.fixture(scope="module")
def hasty_processes(
    request: pytest.FixtureRequest, start_processes: Callable[..., Processes]
) -> Processes:
    """Another, with short leases: what takes seconds of the operator's patience when a worker dies
    takes fewer of the test's."""
    settings = {"RUNBOOK_LEASE_SECONDS": "6", "RUNBOOK_HEARTBEAT_SECONDS": "1"}

    def start() -> AbstractContextManager[Processes]:
        return closing(start_processes(f"hasty-{next(_numbers)}", environment=settings))

    return kept_in_folder(request, HASTY, start)


@pytest.fixture
def invite(browser: Browser) -> Iterator[Invite]:
    """`invite(processes, "engineer")`: a demo person, signed in; with `by_hand` on the page. At the
    end no page may have had a fault of its own."""
    people: list[Person] = []

    def come(processes: Processes, username: str, *, by_hand: bool = False) -> Person:
        if by_hand:
            person = Person(browser, processes.address)
            person.sign_in(username, password_of(processes, username))
        else:
            with closing(Caller(processes, username)) as caller:
                cookies = as_browsers_keep(caller.client.cookies.jar)
            person = Person(browser, processes.address, cookies)
        people.append(person)
        return person

    yield come
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.context.close()
    assert faults == []
