"""What a worker does, with the real clients against the real simulator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents import clock, queue
from incidents.actions import approve, execute, job, leases, plan, recover, resolve, work
from incidents.actions.declare import declare
from incidents.models import (
    Approval,
    Incident,
    Membership,
    OutputChunk,
    Plan,
    Run,
    StepCommand,
    TimelineEntry,
)
from incidents.refusal import Refused
from incidents.targets import target_of
from runbook.cloud.sessions import Session
from runbook.commands import base, running, shell
from tests import factories
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

LIBRARY = Path(__file__).parents[3] / "runbook" / "library"
SHIPPED = LIBRARY / "staging-cannot-reach-cloud-sql.md"


@pytest.fixture
def google(simulator: Simulator) -> Iterator[Simulator]:
    simulator.reset()
    simulator.heal()
    yield simulator
    simulator.heal()


@pytest.fixture
def incident(google: Simulator, commander: User) -> Incident:
    environment = factories.make_environment()
    environment.endpoint = google.address
    environment.allowed_hosts = ["staging.netrasystems.ai", "api-staging.netrasystems.ai"]
    environment.routes = dict.fromkeys(environment.allowed_hosts, google.address)
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(SHIPPED.read_bytes()),
        environment=environment,
        severity="P0",
        title="Staging cannot reach its database",
        parameters={},
    )


def command_with(incident: Incident, words: str) -> StepCommand:
    found = StepCommand.objects.filter(step__incident=incident, text__contains=words)
    first = found.exclude(effect="").first()
    assert first is not None, f"no command with {words}"
    return first


def run_read(person: User, command: StepCommand) -> Run:
    run = execute.request_run(actor=person, command_id=command.pk)
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    return run


def asked(person: User, command: StepCommand) -> Approval:
    run = execute.request_run(actor=person, command_id=command.pk)
    plan.plan_run(run.pk, worker="test")
    return Approval.objects.get(run=run)


def output_of(run: Run) -> list[str]:
    chunks = OutputChunk.objects.filter(run=run).order_by("first")
    return [line for chunk in chunks for line in chunk.text.split("\n")]


def test_declare_makes_rows_of_the_shipped_runbook(incident: Incident) -> None:
    assert [phase.planned_least for phase in incident.phases.filter(is_rollback=False)][:1] == [
        3600
    ]
    assert [level.after for level in incident.levels.all()] == [7200, 14400, 21600]
    assert incident.timers.filter(kind="escalation").count() == 3
    assert incident.components.count() >= 5
    assert incident.impact


def test_read_stores_output_checks_and_outcome(incident: Incident, commander: User) -> None:
    run = run_read(commander, command_with(incident, "connectors describe staging-connector"))

    assert run.state == "succeeded"
    assert isinstance(run.result, dict)
    assert run.result["state"] == "CREATING"
    failed = [c for c in run.checks if c["passed"] is False and c["level"] == "expect"]
    assert failed[0]["expected"] == 'state == "READY"'
    assert "CREATING" in failed[0]["found"]
    assert any("CREATING" in line for line in output_of(run))
    assert run.last_line == len(output_of(run))


def test_change_shows_its_plan_and_waits(incident: Incident, commander: User) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))

    shown = Plan.objects.get()
    before_after = {c["path"]: (c["before"], c["after"]) for c in shown.changes}
    assert before_after["minInstances"] == (1, 3)
    assert before_after["maxInstances"] == (3, 10)
    assert shown.why_no_undo
    assert (approval.state, approval.run.state) == ("waiting", "waiting")
    assert approval.digest == shown.digest


def test_change_is_made_once_it_is_approved(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)

    work.execute_run(approval.run_id, worker="test")
    work.execute_run(approval.run_id, worker="second delivery")

    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "succeeded", run.message
    assert all(check["passed"] for check in run.checks if check["level"] == "expect")
    again = run_read(engineer, command_with(incident, "connectors describe staging-connector"))
    assert all(check["passed"] for check in again.checks if check["level"] == "expect")
    assert TimelineEntry.objects.filter(kind="run.started", data__run=run.number).count() == 1


@pytest.fixture
def sent(google: Simulator) -> Callable[[], list[str]]:
    """The methods of the changing requests that reached Google since this test began."""
    begun = max((seen["at"] for seen in google.log()), default=0.0)
    changing = ("PATCH", "POST", "PUT", "DELETE")

    def since() -> list[str]:
        fresh = [seen for seen in google.log() if seen["at"] > begun]
        return [seen["method"] for seen in fresh if seen["method"] in changing]

    return since


def test_change_without_approval_sends_nothing(
    incident: Incident, commander: User, sent: Callable[[], list[str]]
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    Run.objects.filter(pk=approval.run_id).update(state="queued")

    work.execute_run(approval.run_id, worker="test")

    run = Run.objects.get(pk=approval.run_id)
    assert (run.state, run.message) == ("void", "It has no approval.")
    assert sent() == []


def change_by_somebody_else(incident: Incident, text: str) -> None:
    """What a colleague does with gcloud in a terminal, past Runbook."""
    target = target_of(incident.environment)
    session = Session(target)
    line = shell.read(text, {}).lines[0]
    done = running.execute(
        line, session, target, lambda _: None, running.plan(line, session, target)
    )
    assert done.state == "succeeded", done.message


def test_change_after_the_resource_moved_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    command = command_with(incident, "connectors update staging-connector")
    approval = asked(commander, command)
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    change_by_somebody_else(
        incident, command.text.replace("--max-instances=10", "--max-instances=7")
    )

    work.execute_run(approval.run_id, worker="test")

    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "void"
    assert run.message == (
        "Nothing was sent: since the approval maxInstances was 3 and is now 7;"
        " minInstances was 1 and is now 3. Plan it again."
    )


def test_change_approved_by_someone_who_lost_the_role_is_void(
    incident: Incident, commander: User, engineer: User, sent: Callable[[], list[str]]
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Membership.objects.filter(person=engineer, role="approver").delete()

    work.execute_run(approval.run_id, worker="test")

    assert Run.objects.get(pk=approval.run_id).message == "engineer may not approve here any more."
    assert sent() == []


def test_change_whose_parameters_were_edited_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Run.objects.filter(pk=approval.run_id).update(
        text=approval.run.text.replace("--max-instances=10", "--max-instances=9")
    )

    work.execute_run(approval.run_id, worker="test")

    assert Run.objects.get(pk=approval.run_id).state == "void"


def test_change_after_the_approval_ran_out_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Approval.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    work.execute_run(approval.run_id, worker="test")

    assert "expired before the change started" in Run.objects.get(pk=approval.run_id).message


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "403"}, "permission"),
        ({"kind": "404"}, "not"),
        ({"kind": "503"}, "is not available"),
        ({"kind": "html"}, ""),
        ({"kind": "drop"}, ""),
    ],
)
def test_read_that_google_refuses_fails_with_a_sentence(
    incident: Incident, commander: User, google: Simulator, fault: dict[str, Any], words: str
) -> None:
    command = command_with(incident, "sql instances describe")
    google.fail(match="/v1/projects/netra-staging/instances", times=20, **fault)

    run = run_read(commander, command)

    assert run.state == "failed"
    assert words.lower() in run.message.lower()
    assert run.message.endswith((".", ")"))
    assert len(run.message) > 30


def test_read_that_gets_no_answer_fails_in_time(
    incident: Incident, commander: User, google: Simulator, settings: SettingsWrapper
) -> None:
    settings.READ_TIMEOUT_SECONDS = 1.0
    google.fail(match="/v1/projects/netra-staging/instances", kind="hang", times=20)

    run = run_read(commander, command_with(incident, "sql instances describe"))

    assert run.state == "failed"
    assert "did not answer" in run.message


def test_change_whose_reply_is_lost_is_unknown_and_looked_at(
    incident: Incident,
    commander: User,
    engineer: User,
    google: Simulator,
    sent: Callable[[], list[str]],
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    google.fail(
        match="/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector",
        kind="reply-lost",
        method="PATCH",
        times=1,
    )

    work.execute_run(approval.run_id, worker="test")
    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "unknown", run.message
    assert sent().count("PATCH") == 1
    work.probe_run(run.pk, worker="test")

    run.refresh_from_db()
    assert "Looked again: " in run.message
    with pytest.raises(Refused, match="unknown outcome"):
        resolve.resolve(actor=commander, incident_id=incident.pk, words="Done.")


def test_all_diagnostics_of_the_first_phase_end(incident: Incident, commander: User) -> None:
    phase = incident.phases.order_by("position")[0]
    runs = execute.request_phase_diagnostics(actor=commander, phase_id=phase.pk)

    for run in runs:
        work.execute_run(run.pk, worker="test")

    states = Run.objects.values_list("text", "state", "message")
    strange = [row for row in states if row[1] not in ("succeeded", "failed")]
    assert strange == []
    missing = Run.objects.filter(text__contains="database-url", state="failed")
    assert missing.exists()


def approved(incident: Incident, commander: User, engineer: User) -> Run:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    return Run.objects.get(pk=approval.run_id)


def test_change_taken_while_it_was_read_again_sends_nothing(
    incident: Incident,
    commander: User,
    engineer: User,
    sent: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approved(incident, commander, engineer)
    read = job.Job.plan

    def lose_the_lease(self: job.Job) -> base.Plan:
        Run.objects.filter(pk=run.pk).update(lease_until=clock.now() - timedelta(seconds=1))
        recover.recover_expired_leases()
        return read(self)

    monkeypatch.setattr(job.Job, "plan", lose_the_lease)

    work.execute_run(run.pk, worker="slow")

    assert Run.objects.get(pk=run.pk).state == "unknown"
    assert sent() == []


def test_change_cancelled_while_it_was_read_again_sends_nothing(
    incident: Incident,
    commander: User,
    engineer: User,
    sent: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approved(incident, commander, engineer)
    read = job.Job.plan

    def cancel_meanwhile(self: job.Job) -> base.Plan:
        execute.cancel_run(actor=commander, run_id=run.pk)
        return read(self)

    monkeypatch.setattr(job.Job, "plan", cancel_meanwhile)

    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    assert (run.state, run.message) == (
        "cancelled",
        "Nothing was sent. It was cancelled in time.",
    )
    assert sent() == []


def test_change_keeps_its_lease_while_the_resource_is_read_again(
    incident: Incident,
    commander: User,
    engineer: User,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = 1, 0.2
    run = approved(incident, commander, engineer)
    read = job.Job.plan

    def slowly(self: job.Job) -> base.Plan:
        time.sleep(1.3)
        assert recover.recover_expired_leases() == 0
        return read(self)

    monkeypatch.setattr(job.Job, "plan", slowly)

    work.execute_run(run.pk, worker="test")

    assert Run.objects.get(pk=run.pk).state == "succeeded"


def test_read_whose_answer_no_database_takes_still_ends(
    incident: Incident, commander: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange: dict[str, Any] = {"zero": "\x00", "half": "\ud800"}
    outcome = base.Outcome("succeeded", "Read \x00.", strange)
    monkeypatch.setattr(job.Job, "execute", lambda *_: outcome)

    run = run_read(commander, command_with(incident, "connectors describe staging-connector"))

    assert run.result == {"zero": "\N{REPLACEMENT CHARACTER}", "half": "?"}
    assert run.message.startswith("Read \N{REPLACEMENT CHARACTER}.")


def test_change_of_unknown_outcome_is_looked_at_by_itself(
    incident: Incident, commander: User, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = approved(incident, commander, engineer)
    monkeypatch.setattr(job.Job, "execute", lambda *_: base.Outcome("unknown", "No answer."))
    announced: list[tuple[str, int]] = []
    monkeypatch.setattr(
        queue, "enqueue", lambda name, row_id, **_: announced.append((name, row_id))
    )

    work.execute_run(run.pk, worker="test")

    assert announced == [("probe_run", run.pk)]


def test_change_approved_by_someone_who_left_is_void(
    incident: Incident, commander: User, engineer: User, sent: Callable[[], list[str]]
) -> None:
    run = approved(incident, commander, engineer)
    User.objects.filter(pk=engineer.pk).update(is_active=False)

    work.execute_run(run.pk, worker="test")

    assert Run.objects.get(pk=run.pk).message == "engineer may not approve here any more."
    assert sent() == []


def test_probe_of_a_text_that_no_longer_reads_says_so(
    incident: Incident, commander: User, engineer: User
) -> None:
    run = approved(incident, commander, engineer)
    Run.objects.filter(pk=run.pk).update(state="unknown", text="gcloud nothing", message="Died.")

    work.probe_run(run.pk, worker="test")

    run.refresh_from_db()
    assert run.message.startswith("Died. Looked again, without an answer: ")


def test_plan_that_takes_long_keeps_its_lease(
    incident: Incident,
    commander: User,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS, settings.RESEND_SECONDS = 1, 0.2, 0
    read = job.Job.plan

    def slowly(self: job.Job) -> base.Plan:
        time.sleep(1.3)
        assert recover.resend_waiting() == 0
        return read(self)

    monkeypatch.setattr(job.Job, "plan", slowly)

    approval = asked(commander, command_with(incident, "connectors update staging-connector"))

    assert approval.state == "waiting"


def test_plan_whose_worker_died_is_made_by_the_next(
    incident: Incident, commander: User, settings: SettingsWrapper
) -> None:
    settings.RESEND_SECONDS = 0
    command = command_with(incident, "connectors update staging-connector")
    run = execute.request_run(actor=commander, command_id=command.pk)
    leases.claim_planning(run.pk, worker="dies")
    Run.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    assert recover.resend_waiting() == 1
    plan.plan_run(run.pk, worker="next")

    assert Run.objects.get().state == "waiting"
