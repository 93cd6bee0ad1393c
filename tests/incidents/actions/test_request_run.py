"""Asking for runs: reads are queued, changes are planned, one live run per command."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import execute, resolve, settle, stop
from incidents.models import Incident, Run, StepCommand
from incidents.refusal import Refused
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    return factories.make_command(factories.make_step(factories.make_phase(incident)))


def test_request_run_queues_a_read(command: StepCommand, commander: User) -> None:
    run = execute.request_run(actor=commander, command_id=command.pk)

    assert (run.state, run.text, run.number) == ("queued", command.text, 1)


def test_request_run_has_a_change_planned(incident: Incident, commander: User) -> None:
    step = factories.make_step(factories.make_phase(incident))
    change = factories.make_command(step, factories.UPDATE, "changes")

    assert execute.request_run(actor=commander, command_id=change.pk).state == "planning"


def test_request_run_by_a_viewer_is_refused(command: StepCommand, leader: User) -> None:
    with pytest.raises(Refused) as refused:
        execute.request_run(actor=leader, command_id=command.pk)

    assert refused.value.status == 403
    assert not Run.objects.exists()


def test_request_run_of_text_that_is_not_run_gives_the_reason(
    incident: Incident, commander: User
) -> None:
    step = factories.make_step(factories.make_phase(incident))
    shown = factories.make_command(step, "rm -rf /", "", reason="rm is not a command we know.")

    with pytest.raises(Refused, match="rm is not a command we know"):
        execute.request_run(actor=commander, command_id=shown.pk)


@pytest.mark.django_db(transaction=True)
def test_request_run_by_two_at_once_starts_one(
    command: StepCommand, commander: User, engineer: User
) -> None:
    answers = at_once(
        lambda: execute.request_run(actor=commander, command_id=command.pk),
        lambda: execute.request_run(actor=engineer, command_id=command.pk),
    )

    assert {type(answer) for answer in answers} == {Run, Refused}
    refused = next(answer for answer in answers if isinstance(answer, Refused))
    assert "started this command at" in refused.sentence


def test_request_phase_diagnostics_runs_the_reads_side_by_side(
    incident: Incident, commander: User
) -> None:
    phase = factories.make_phase(incident)
    for _ in range(3):
        factories.make_command(factories.make_step(phase))
    factories.make_command(factories.make_step(phase), factories.UPDATE, "changes")

    runs = execute.request_phase_diagnostics(actor=commander, phase_id=phase.pk)

    assert [run.state for run in runs] == ["queued"] * 3
    with pytest.raises(Refused, match="no diagnostic that is not running already"):
        execute.request_phase_diagnostics(actor=commander, phase_id=phase.pk)


def test_cancel_run_before_it_started_sends_nothing(command: StepCommand, commander: User) -> None:
    run = execute.request_run(actor=commander, command_id=command.pk)

    cancelled = stop.cancel_run(actor=commander, run_id=run.pk)

    assert (cancelled.state, cancelled.message) == (
        "cancelled",
        "Cancelled before it started; nothing was sent.",
    )


def test_cancel_run_while_it_runs_asks_the_worker(command: StepCommand, commander: User) -> None:
    run = factories.make_run(command, commander, RunState.RUNNING)

    asked = stop.cancel_run(actor=commander, run_id=run.pk)

    assert (asked.state, asked.is_cancel_requested) == ("running", True)


def test_cancel_run_of_a_waiting_change_withdraws_the_question(
    incident: Incident, commander: User
) -> None:
    step = factories.make_step(factories.make_phase(incident))
    change = factories.make_command(step, factories.UPDATE, "changes")
    approval = factories.make_waiting_approval(change, commander)

    stop.cancel_run(actor=commander, run_id=approval.run_id)

    approval.refresh_from_db()
    assert approval.state == "withdrawn"


def test_settle_unknown_takes_a_reason(command: StepCommand, engineer: User) -> None:
    run = factories.make_run(command, engineer, RunState.UNKNOWN, effect="changes")
    with pytest.raises(Refused, match="what did you look at"):
        settle.settle_unknown(actor=engineer, run_id=run.pk, outcome="applied", reason="")

    settled = settle.settle_unknown(
        actor=engineer, run_id=run.pk, outcome="applied", reason="The console shows 3 to 10."
    )

    assert settled.state == "succeeded"


def test_resolve_refuses_while_an_outcome_is_unknown(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    factories.make_run(command, commander, RunState.UNKNOWN, effect="changes")

    with pytest.raises(Refused, match="unknown outcome"):
        resolve.resolve(actor=commander, incident_id=command.step.incident_id, words="All is well.")


def test_resolve_cancels_what_never_started(command: StepCommand, commander: User) -> None:
    execute.request_run(actor=commander, command_id=command.pk)

    closed = resolve.resolve(
        actor=commander, incident_id=command.step.incident_id, words="All is well."
    )

    assert (closed.state, Run.objects.get().state) == ("resolved", "cancelled")
