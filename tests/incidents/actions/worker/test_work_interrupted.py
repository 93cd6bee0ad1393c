"""What a worker does when it is slow, cancelled, taken over, or told what cannot be stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents import clock, queue
from incidents.actions import execute, job, leases, plan, probe, recover, stop, work
from incidents.models import (
    Incident,
    Run,
)
from runbook.cloud import interruption
from runbook.commands import base
from tests.incidents.actions.worker.deeds import (
    approved,
    asked,
    command_with,
    run_read,
)
from tests.support.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident(brief_incident: Incident) -> Incident:
    return brief_incident


def until_renewed(run: Run) -> None:
    """Its lease ends later than it would have."""

    def ends() -> datetime:
        return Run.objects.values_list("lease_until", flat=True).get(pk=run.pk) or clock.now()

    before = ends()
    wait_until(lambda: ends() > before, "the lease is renewed")


def test_change_taken_while_it_was_read_again_is_sent_by_the_next_worker(
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

    assert Run.objects.get(pk=run.pk).state == "queued"
    assert sent() == []
    monkeypatch.setattr(job.Job, "plan", read)

    work.execute_run(run.pk, worker="next")

    assert Run.objects.get(pk=run.pk).state == "succeeded"
    assert sent() == ["PATCH"]


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
        stop.cancel_run(actor=commander, run_id=run.pk)
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
    settings.HEARTBEAT_SECONDS = 0.1
    run = approved(incident, commander, engineer)
    read = job.Job.plan

    def slowly(self: job.Job) -> base.Plan:
        until_renewed(run)
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

    told = Run.objects.get(pk=run.pk).message
    assert told == "engineer may not approve here any more, so 1 approver is missing."
    assert sent() == []


def test_probe_of_a_text_that_no_longer_reads_says_so(
    incident: Incident, commander: User, engineer: User
) -> None:
    run = approved(incident, commander, engineer)
    Run.objects.filter(pk=run.pk).update(state="unknown", text="gcloud nothing", message="Died.")

    probe.probe_run(run.pk, worker="test")

    run.refresh_from_db()
    assert run.message.startswith("Died. Looked again, without an answer: ")


def test_plan_that_takes_long_keeps_its_lease(
    incident: Incident,
    commander: User,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.HEARTBEAT_SECONDS, settings.RESEND_SECONDS = 0.1, 0
    read = job.Job.plan

    def slowly(self: job.Job, watch: interruption.Watch) -> base.Plan:
        until_renewed(Run.objects.get())
        assert recover.resend_waiting() == 0
        return read(self, watch)

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
