"""Dead workers and lost messages: reads start again, changes never do."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import timeline
from incidents.actions import leases, recover, voiding
from incidents.models import Incident, Run, StepCommand
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def command(set_clock: SetClock, incident: Incident) -> StepCommand:
    return factories.make_command(factories.make_step(factories.make_phase(incident)))


def another_command(incident: Incident) -> StepCommand:
    return factories.make_command(factories.make_step(factories.make_phase(incident)))


def dead(command: StepCommand, person: User, set_clock: SetClock, **columns: object) -> Run:
    return factories.make_run(
        command,
        person,
        RunState.RUNNING,
        token=1,
        lease_until=set_clock.at - timedelta(seconds=1),
        **columns,
    )


def test_recover_starts_a_read_again(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, attempt=1)

    assert recover.recover_expired_leases() == 1
    assert Run.objects.get().state == "queued"


def test_recover_gives_a_read_up_after_three_deaths(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, attempt=3)

    recover.recover_expired_leases()

    run = Run.objects.get()
    assert (run.state, run.message) == (
        "failed",
        "The worker died 3 times during this command. Its log says why.",
    )


def test_recover_does_not_start_again_what_was_to_be_stopped(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, attempt=1, is_cancel_requested=True)

    recover.recover_expired_leases()

    assert Run.objects.get().state == "cancelled"


def test_recover_never_sends_a_change_again(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, effect="changes", sent_at=set_clock.at)

    recover.recover_expired_leases()

    assert Run.objects.get().state == "unknown"


def test_recover_starts_a_change_again_that_was_certainly_not_sent(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = dead(command, commander, set_clock, effect="changes", attempt=1)

    assert recover.recover_expired_leases() == 1
    run.refresh_from_db()
    assert (run.state, run.token, run.attempt) == ("queued", 2, 1)
    assert not leases.mark_sent(Run(pk=run.pk, token=1)), "the worker before must not send it"


def test_recover_gives_a_change_up_that_three_workers_could_not_send(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, effect="changes", attempt=3)

    recover.recover_expired_leases()

    run = Run.objects.get()
    assert (run.state, run.message) == (
        "failed",
        "The worker died 3 times before it sent this change; nothing was sent. Its log says why.",
    )


def test_recover_cancels_an_unsent_change_that_was_to_be_stopped(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    dead(command, commander, set_clock, effect="changes", attempt=1, is_cancel_requested=True)

    recover.recover_expired_leases()

    assert Run.objects.get().message.endswith("Nothing was sent.")


def test_recover_leaves_a_held_run_alone(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = dead(command, commander, set_clock)
    assert leases.renew(run) == (True, False)

    assert recover.recover_expired_leases() == 0


def test_renew_after_the_run_was_taken_says_so(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = dead(command, commander, set_clock)
    recover.recover_expired_leases()
    leases.claim_running(run.pk, worker="second")

    assert leases.renew(run) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_claim_running_by_five_workers_starts_once(command: StepCommand, commander: User) -> None:
    run = factories.make_run(command, commander, RunState.QUEUED)

    claims = at_once(*[lambda: leases.claim_running(run.pk, worker="w") for _ in range(5)])

    assert sum(claim is not None for claim in claims) == 1


def test_resend_announces_what_was_never_started(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    factories.make_run(command, commander, RunState.QUEUED)
    set_clock.advance(5)
    assert recover.resend_waiting() == 0
    set_clock.advance(1)

    assert recover.resend_waiting() == 1
    assert recover.resend_waiting() == 0


def test_resend_gives_planning_up_after_three_deaths(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = factories.make_run(command, commander, RunState.PLANNING, attempt=3)
    set_clock.advance(6)

    recover.resend_waiting()

    run.refresh_from_db()
    assert run.state == "failed"


def test_resend_has_an_unknown_run_looked_at_until_it_was(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    run = factories.make_run(command, commander, RunState.UNKNOWN, effect="changes")
    set_clock.advance(6)
    assert recover.resend_waiting() == 1

    Run.objects.filter(pk=run.pk).update(probed_at=set_clock.at)
    set_clock.advance(6)

    assert recover.resend_waiting() == 0


def test_an_incident_whose_ledger_is_broken_keeps_no_other_from_recovering(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    broken = dead(command, commander, set_clock, attempt=1, sent_at=set_clock.at)
    waiting = factories.make_waiting_approval(another_command(command.step.incident), commander)
    broken_one = command.step.incident_id
    timeline.record(incident_id=broken_one, actor=None, kind="step.ticked", text="a", panels=[])
    Incident.objects.update(timeline_count=0)  # its next entry has the number of one that is there
    other = factories.make_incident(commander)
    lost = dead(another_command(other), commander, set_clock, attempt=1)
    expired = factories.make_waiting_approval(another_command(other), commander)
    set_clock.advance(3600)

    assert recover.recover_expired_leases() == 1
    assert voiding.expire_waiting() == 1

    states = dict(Run.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in (broken, lost)] == ["running", "queued"]
    assert [states[one.run_id] for one in (waiting, expired)] == ["waiting", "expired"]
