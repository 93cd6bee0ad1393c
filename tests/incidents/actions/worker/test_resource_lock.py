"""Runs of one resource come one after the other, across incidents, in the order of approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock, queue
from incidents.actions import leases, locks, resolve, settle, work
from incidents.actions.claim import claim
from incidents.actions.declare import declare
from incidents.models import Approval, Incident, Run, TimelineEntry
from incidents.states import RunState
from tests import factories
from tests.incidents.actions.worker.deeds import approved
from tests.incidents.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)

Announced = list[tuple[str, int]]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> Announced:
    told: Announced = []
    monkeypatch.setattr(queue, "enqueue", lambda name, row_id, **_: told.append((name, row_id)))
    return told


@pytest.fixture
def incident(brief_incident: Incident) -> Incident:
    return brief_incident


@pytest.fixture
def other_incident(incident: Incident, commander: User) -> Incident:
    return declare(
        actor=commander,
        revision=incident.revision,
        environment=incident.environment,
        severity="P2",
        title="Another team at the same connector",
        parameters={},
    )


@pytest.fixture
def first(incident: Incident, commander: User, engineer: User) -> Run:
    return approved(incident, commander, engineer)


@pytest.fixture
def second(first: Run, other_incident: Incident, commander: User, engineer: User) -> Run:
    return approved(other_incident, commander, engineer)


def state_of(run: Run) -> str:
    return Run.objects.values_list("state", flat=True).get(pk=run.pk)


def test_second_run_waits_visibly_and_is_announced_when_the_first_ends(
    first: Run,
    second: Run,
    incident: Incident,
    announced: Announced,
    sent: Callable[[], list[str]],
) -> None:
    held = claim(first.pk, worker="one")
    assert held is not None

    work.execute_run(second.pk, worker="two")
    work.execute_run(second.pk, worker="the sweep's message")

    second.refresh_from_db()
    assert (second.state, second.waits_for, second.attempt) == ("queued", first, 0)
    assert sent() == []
    waits = TimelineEntry.objects.filter(incident=second.incident, kind="run.waits")
    assert [entry.text for entry in waits] == [
        f"run 1 waits for {incident.name}, run 1: it changes the same resource"
    ]
    announced.clear()

    work._end_unsent(held, RunState.FAILED, "For this test.")

    assert announced == [("execute_run", second.pk)]
    work.execute_run(second.pk, worker="two")
    second.refresh_from_db()
    assert (second.state, second.waits_for) == ("succeeded", None), second.message


def test_change_made_by_the_one_in_front_voids_the_one_behind(
    first: Run, second: Run, sent: Callable[[], list[str]]
) -> None:
    work.execute_run(first.pk, worker="one")
    work.execute_run(second.pk, worker="two")

    second.refresh_from_db()
    assert (state_of(first), second.state) == ("succeeded", "void")
    assert "since the approval" in second.message
    assert sent() == ["PATCH"]


def test_who_was_approved_first_is_first(first: Run, second: Run, announced: Announced) -> None:
    assert claim(second.pk, worker="quicker") is None
    second.refresh_from_db()
    assert second.waits_for == first

    assert claim(first.pk, worker="one") is not None


def test_approval_that_expires_while_it_waits_is_void(first: Run, second: Run) -> None:
    assert claim(first.pk, worker="one") is not None
    work.execute_run(second.pk, worker="two")
    Approval.objects.filter(run=second).update(expires_at=clock.now() - timedelta(seconds=1))

    work.execute_run(second.pk, worker="two")

    assert state_of(second) == "void"


def test_run_of_unknown_outcome_holds_until_it_is_left(
    first: Run, second: Run, commander: User, announced: Announced
) -> None:
    Run.objects.filter(pk=first.pk).update(state=RunState.UNKNOWN, sent_at=clock.now())
    work.execute_run(second.pk, worker="two")
    assert state_of(second) == "queued"
    announced.clear()

    settle.settle_unknown(
        actor=commander, run_id=first.pk, outcome="leave", reason="Nobody can read it now."
    )

    assert announced == [("execute_run", second.pk)]
    work.execute_run(second.pk, worker="two")
    assert state_of(second) == "succeeded"


def test_resolving_the_incident_in_front_lets_the_next_one_go(
    first: Run, second: Run, incident: Incident, commander: User, announced: Announced
) -> None:
    work.execute_run(second.pk, worker="two")
    announced.clear()

    resolve.resolve(actor=commander, incident_id=incident.pk, words="It came back by itself.")

    assert announced == [("execute_run", second.pk)]


def test_database_lets_one_of_many_claims_through(
    first: Run, second: Run, commander: User, engineer: User
) -> None:
    """Past the line, as when two read it in the same moment."""

    def take(run: Run) -> str:
        try:
            return "held" if leases.claim_running(run.pk, worker="w") else "gone"
        except leases.ResourceHeldError:
            return "waits"

    answers = at_once(*[lambda run=run: take(run) for run in (first, second) * 4])

    assert answers.count("held") == 1
    assert {state_of(first), state_of(second)} == {"running", "queued"}


def test_many_workers_and_two_incidents_do_each_run_once_and_never_both(
    first: Run, second: Run, sent: Callable[[], list[str]]
) -> None:
    at_once(*[lambda run=run: work.execute_run(run.pk, worker="w") for run in (first, second) * 4])
    work.execute_run(second.pk, worker="after its announcement")

    assert (state_of(first), state_of(second)) == ("succeeded", "void")
    assert sent() == ["PATCH"]


def test_lock_name_tells_places_apart_and_fits_its_column() -> None:
    here = factories.Environment(name="a", endpoint="")
    same = factories.Environment(name="b", endpoint="")
    simulated = factories.Environment(name="c", endpoint="http://127.0.0.1:1")

    assert locks.lock_name(here, "projects/p/x") == locks.lock_name(same, "projects/p/x")
    assert locks.lock_name(here, "projects/p/x") != locks.lock_name(simulated, "projects/p/x")
    long = [locks.lock_name(here, "r" * 500 + end) for end in "ab"]
    assert long[0] != long[1]
    assert {len(name) for name in long} == {400}
