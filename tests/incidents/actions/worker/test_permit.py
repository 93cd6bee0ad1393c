"""An approval starts one run, once; that a change is sent is stored before it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import job, recover, stop, work
from incidents.actions.claim import claim
from incidents.models import Approval, Incident, Run
from incidents.states import RunState
from runbook.commands import base
from tests.incidents.actions.worker.deeds import approved
from tests.incidents.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(brief_incident: Incident, commander: User, engineer: User) -> Run:
    return approved(brief_incident, commander, engineer)


def test_permit_is_used_up_by_the_start(run: Run, sent: Callable[[], list[str]]) -> None:
    work.execute_run(run.pk, worker="test")
    assert Approval.objects.get(run=run).used_at is not None
    # Somebody with a database shell wants it again.
    Run.objects.filter(pk=run.pk).update(state=RunState.QUEUED, sent_at=None)

    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    assert run.state == "void"
    assert "has started a run before" in run.message
    assert sent() == ["PATCH"]


def test_six_workers_start_it_once(run: Run) -> None:
    claims = at_once(*[lambda: claim(run.pk, worker="w") for _ in range(6)])

    assert sum(held is not None for held in claims) == 1


def test_intent_is_stored_before_google_is_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    execute = job.Job.execute

    def look_first(self: job.Job, *given: Any) -> base.Outcome:
        seen.append(Run.objects.get(pk=run.pk).sent_at is not None)
        return execute(self, *given)

    monkeypatch.setattr(job.Job, "execute", look_first)

    work.execute_run(run.pk, worker="test")

    assert seen == [True]


def test_worker_that_dies_before_it_sent_gives_the_permit_back(
    run: Run, sent: Callable[[], list[str]]
) -> None:
    held = claim(run.pk, worker="dies")
    assert held is not None
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() - timedelta(seconds=1))

    assert recover.recover_expired_leases() == 1

    assert Approval.objects.get(run=run).used_at is None
    work.execute_run(run.pk, worker="next")
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("succeeded", 2)
    assert sent() == ["PATCH"]


def test_approval_that_expired_meanwhile_does_not_start_it_again(run: Run) -> None:
    assert claim(run.pk, worker="dies") is not None
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    recover.recover_expired_leases()
    Approval.objects.filter(run=run).update(expires_at=clock.now())

    work.execute_run(run.pk, worker="next")

    run.refresh_from_db()
    assert (run.state, run.sent_at) == ("void", None)


def test_cancelled_between_start_and_sending_sends_nothing(
    run: Run, commander: User, sent: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        work,
        "_is_as_planned",
        lambda *_: bool(stop.cancel_run(actor=commander, run_id=run.pk)),
    )

    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    assert (run.state, run.sent_at) == ("cancelled", None)
    assert sent() == []
