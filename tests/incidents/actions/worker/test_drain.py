"""A worker that is asked to stop: nothing is lost, nothing that was sent is sent again."""

from __future__ import annotations

import mmap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from incidents import draining, tasks
from incidents.actions import execute, job, output, plan, stop, work
from incidents.models import Approval, Incident, Run, TimelineEntry
from runbook.commands import base
from tests.incidents.actions.worker.deeds import approved, command_with, output_of
from tests.support.processes import wait_until
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors"


@pytest.fixture(autouse=True)
def fresh_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_asked", mmap.mmap(-1, 1))


@pytest.fixture
def incident(brief_incident: Incident) -> Incident:
    return brief_incident


@contextmanager
def beside(work_of: Callable[[], None]) -> Iterator[threading.Thread]:
    """The worker's thread, which has ended after the block."""

    def run() -> None:
        try:
            work_of()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    thread.join(60)
    assert not thread.is_alive()


def state_of(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def test_signal_of_the_worker_asks() -> None:
    tasks.drain(sender="worker", sig="TERM", how="Warm", exitcode=0)

    assert draining.is_asked()


def test_read_that_waits_for_google_is_handed_back_and_made_by_the_next(
    incident: Incident,
    commander: User,
    google: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    google.fail(match=CONNECTOR, kind="slow", seconds=60, times=1)
    command = command_with(incident, "connectors describe staging-connector")
    run = execute.request_run(actor=commander, command_id=command.pk)
    with beside(lambda: work.execute_run(run.pk, worker="old")):
        wait_until(lambda: state_of(run) == "running", "the read runs")
        draining.ask()
        wait_until(lambda: state_of(run) == "queued", "the read is handed back")
    assert (run.attempt, run.state) == (0, "queued")
    assert output_of(run)[-1] == "--- the worker is being restarted; starts again ---"
    work.execute_run(run.pk, worker="still the old one")
    assert state_of(run) == "queued", "a worker that is to stop takes up nothing"
    google.heal()
    monkeypatch.setattr(draining, "_asked", mmap.mmap(-1, 1))

    work.execute_run(run.pk, worker="new")

    assert (state_of(run), run.attempt) == ("succeeded", 1)
    assert "starts again: its worker is being restarted" in " ".join(
        TimelineEntry.objects.values_list("text", flat=True)
    )


def test_read_that_somebody_wants_stopped_is_stopped_not_handed_back(
    incident: Incident, commander: User, google: Simulator
) -> None:
    google.fail(match=CONNECTOR, kind="slow", seconds=60, times=1)
    command = command_with(incident, "connectors describe staging-connector")
    run = execute.request_run(actor=commander, command_id=command.pk)
    with beside(lambda: work.execute_run(run.pk, worker="old")):
        wait_until(lambda: state_of(run) == "running", "the read runs")
        stop.cancel_run(actor=commander, run_id=run.pk)
        draining.ask()
        wait_until(lambda: state_of(run) == "cancelled", "the read is cancelled")


def test_plan_is_handed_back(
    incident: Incident, commander: User, google: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.fail(match=CONNECTOR, kind="slow", seconds=60, times=1)
    command = command_with(incident, "connectors update staging-connector")
    run = execute.request_run(actor=commander, command_id=command.pk)
    with beside(lambda: plan.plan_run(run.pk, worker="old")):
        wait_until(lambda: bool(state_of(run) and run.lease_until), "it is planned")
        draining.ask()
        wait_until(lambda: not (state_of(run) and run.lease_until), "it is free")
    assert (run.state, run.attempt) == ("planning", 0)
    google.heal()
    monkeypatch.setattr(draining, "_asked", mmap.mmap(-1, 1))

    plan.plan_run(run.pk, worker="new")

    assert state_of(run) == "waiting"


def test_change_that_is_not_sent_is_handed_back_with_its_permit(
    incident: Incident,
    commander: User,
    engineer: User,
    sent: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approved(incident, commander, engineer)
    read = job.Job.plan

    def be_asked(self: job.Job, *given: Any) -> base.Plan:
        draining.ask()
        return read(self, *given)

    monkeypatch.setattr(job.Job, "plan", be_asked)

    work.execute_run(run.pk, worker="old")

    assert (state_of(run), run.attempt, run.sent_at) == ("queued", 0, None)
    assert Approval.objects.get(run=run).used_at is None
    assert sent() == []
    monkeypatch.setattr(job.Job, "plan", read)
    monkeypatch.setattr(draining, "_asked", mmap.mmap(-1, 1))

    work.execute_run(run.pk, worker="new")

    assert (state_of(run), sent()) == ("succeeded", ["PATCH"])


def test_change_that_was_sent_is_finished(
    incident: Incident,
    commander: User,
    engineer: User,
    sent: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approved(incident, commander, engineer)
    verify = job.Job.verify

    def be_asked(self: job.Job, seen: base.Plan) -> base.Probe:
        draining.ask()
        time.sleep(3 * output.FLUSH_SECONDS)  # the keeper looks, and finds that it was sent
        return verify(self, seen)

    monkeypatch.setattr(job.Job, "verify", be_asked)

    work.execute_run(run.pk, worker="old")

    assert (state_of(run), sent()) == ("succeeded", ["PATCH"])
