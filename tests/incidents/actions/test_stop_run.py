"""A run is stopped at whatever stage it is; the second who asks is told who did."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import stop
from incidents.models import Incident, Run, StepCommand
from incidents.refusal import Refused
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident))
    return factories.make_command(step, text=factories.UPDATE, effect="changes")


@pytest.mark.parametrize("state", [RunState.PLANNING, RunState.WAITING, RunState.QUEUED])
def test_what_no_worker_has_sent_ends_at_once(
    command: StepCommand, commander: User, state: RunState
) -> None:
    run = factories.make_run(command, commander, state)

    stopped = stop.cancel_run(actor=commander, run_id=run.pk)

    assert (stopped.state, stopped.message) == (
        "cancelled",
        "Cancelled before it started; nothing was sent.",
    )


def test_run_that_waits_for_a_resource_leaves_the_line(
    command: StepCommand, commander: User
) -> None:
    front = factories.make_run(command, commander, RunState.RUNNING, lock_name="google x")
    other = factories.make_command(command.step, text=factories.UPDATE, effect="changes")
    run = factories.make_run(
        other, commander, RunState.QUEUED, lock_name="google x", waits_for=front
    )

    stopped = stop.cancel_run(actor=commander, run_id=run.pk)

    assert (stopped.state, stopped.waits_for) == ("cancelled", None)


@pytest.mark.parametrize("is_sent", [False, True])
def test_running_change_is_asked_to_stop_and_the_second_is_told_who_was_first(
    command: StepCommand,
    commander: User,
    engineer: User,
    set_clock: SetClock,
    *,
    is_sent: bool,
) -> None:
    sent_at = set_clock.at if is_sent else None
    run = factories.make_run(command, commander, RunState.RUNNING, sent_at=sent_at)

    asked = stop.cancel_run(actor=commander, run_id=run.pk)
    assert (asked.state, asked.is_cancel_requested) == ("running", True)

    set_clock.advance(60)
    with pytest.raises(Refused) as refused:
        stop.cancel_run(actor=engineer, run_id=run.pk)
    assert refused.value.sentence == (
        "Run 1 was asked to stop already, by commander at 03:00:00 UTC. It ends as soon as its"
        " worker hears of it."
    )


def test_unknown_run_cannot_be_called_back(command: StepCommand, commander: User) -> None:
    run = factories.make_run(command, commander, RunState.UNKNOWN)

    with pytest.raises(Refused, match="stopping cannot call it back"):
        stop.cancel_run(actor=commander, run_id=run.pk)


def test_ended_run_says_how_and_when(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = factories.make_run(command, commander, RunState.SUCCEEDED, finished_at=set_clock.at)

    with pytest.raises(Refused, match="ended already: succeeded at 03:00:00 UTC"):
        stop.cancel_run(actor=commander, run_id=run.pk)


def test_viewer_stops_nothing(command: StepCommand, commander: User, leader: User) -> None:
    run = factories.make_run(command, commander, RunState.QUEUED)

    with pytest.raises(Refused) as refused:
        stop.cancel_run(actor=leader, run_id=run.pk)

    assert (refused.value.status, Run.objects.get().state) == (403, "queued")


@pytest.mark.django_db(transaction=True)
def test_two_who_stop_at_once_stop_it_once(
    command: StepCommand, commander: User, engineer: User
) -> None:
    run = factories.make_run(command, commander, RunState.RUNNING)

    answers = at_once(
        lambda: stop.cancel_run(actor=commander, run_id=run.pk),
        lambda: stop.cancel_run(actor=engineer, run_id=run.pk),
    )

    assert {type(answer) for answer in answers} == {Run, Refused}
    refused = next(answer for answer in answers if isinstance(answer, Refused))
    assert "was asked to stop already, by" in refused.sentence
