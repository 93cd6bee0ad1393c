"""Two actions of one incident at the same moment: neither waits for the other for ever, and what
begins while the incident is closed does not outlive it. PostgreSQL is where this goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents import clock, permissions, timeline
from incidents.actions import announce, approve, escalate, execute, resolve, stop
from incidents.models import Approval, Incident, Run, StepCommand, Timer
from incidents.refusal import Refused
from incidents.states import LIVE_RUN_STATES, RunState
from tests import factories
from tests.incidents.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MEANWHILE = 0.4
"""Seconds in which the other of two comes to where it has to wait."""


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident))
    return factories.make_command(step, text=factories.UPDATE, effect="changes")


@pytest.fixture
def resolve_meanwhile(
    monkeypatch: pytest.MonkeyPatch, incident: Incident, commander: User
) -> Callable[[Callable[[], Any]], list[Any]]:
    """Resolves while the given action has changed its rows and not yet written its entry."""
    record, is_changed = timeline.record, threading.Event()

    def late(**entry: Any) -> Any:
        if entry["actor"] != commander:
            is_changed.set()
            time.sleep(MEANWHILE)
        return record(**entry)

    def resolve_later() -> Incident:
        is_changed.wait(MEANWHILE / 2)  # or while the permission has only been read
        return resolve.resolve(actor=commander, incident_id=incident.pk, words="Done.")

    def both(action: Callable[[], Any]) -> list[Any]:
        monkeypatch.setattr(timeline, "record", late)
        return at_once(action, resolve_later)

    return both


def test_cancel_and_resolve_both_end(
    resolve_meanwhile: Callable[[Callable[[], Any]], list[Any]],
    command: StepCommand,
    commander: User,
    engineer: User,
) -> None:
    run = factories.make_run(command, commander, RunState.QUEUED)

    resolve_meanwhile(lambda: stop.cancel_run(actor=engineer, run_id=run.pk))

    assert Run.objects.get().state == "cancelled"
    assert Incident.objects.get().state == "resolved"


def test_approve_and_resolve_both_end(
    resolve_meanwhile: Callable[[Callable[[], Any]], list[Any]],
    command: StepCommand,
    commander: User,
    engineer: User,
) -> None:
    approval = factories.make_waiting_approval(command, commander)

    resolve_meanwhile(
        lambda: approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    )

    assert Run.objects.get().state == "cancelled"
    assert Incident.objects.get().state == "resolved"


def test_clock_and_resolve_both_end(
    resolve_meanwhile: Callable[[Callable[[], Any]], list[Any]], incident: Incident
) -> None:
    factories.make_level(incident, 60, due_at=clock.now() - timedelta(seconds=1))

    resolve_meanwhile(escalate.fire_due_timers)

    assert Timer.objects.get(kind="escalation").state in ("fired", "cancelled")
    assert Incident.objects.get().state == "resolved"


def test_cancel_and_reject_both_end(
    command: StepCommand, commander: User, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval = factories.make_waiting_approval(command, commander)
    end, is_ended = stop.end_run, threading.Event()

    def slowly(*given: Any, **named: Any) -> bool:
        ended = end(*given, **named)
        is_ended.set()
        time.sleep(MEANWHILE)
        return ended

    monkeypatch.setattr(stop, "end_run", slowly)

    def reject_later() -> Approval:
        assert is_ended.wait(60)
        return approve.reject(actor=engineer, approval_id=approval.pk, reason="No.")

    cancelled, rejected = at_once(
        lambda: stop.cancel_run(actor=commander, run_id=approval.run_id), reject_later
    )

    assert cancelled.state == "cancelled"
    assert isinstance(rejected, Refused)


@pytest.fixture
def asked_while_open(monkeypatch: pytest.MonkeyPatch, engineer: User) -> None:
    """The engineer's permission is read, and then a moment passes."""
    require = permissions.require

    def dawdle(**asked: Any) -> None:
        require(**asked)
        if asked["needed"] == "responder" or asked["what"] == "post updates":
            time.sleep(MEANWHILE)

    monkeypatch.setattr(permissions, "require", dawdle)


@pytest.mark.usefixtures("asked_while_open")
def test_run_asked_for_while_the_incident_is_closed_does_not_outlive_it(
    resolve_meanwhile: Callable[[Callable[[], Any]], list[Any]],
    command: StepCommand,
    engineer: User,
) -> None:
    resolve_meanwhile(lambda: execute.request_run(actor=engineer, command_id=command.pk))

    assert Incident.objects.get().state == "resolved"
    assert not Run.objects.filter(state__in=LIVE_RUN_STATES).exists()


@pytest.mark.usefixtures("asked_while_open")
def test_update_posted_while_the_incident_is_closed_starts_no_clock(
    resolve_meanwhile: Callable[[Callable[[], Any]], list[Any]],
    incident: Incident,
    commander: User,
) -> None:
    Timer.objects.create(
        incident=incident, kind="update due", key="leadership", every=600, due_at=clock.now()
    )

    resolve_meanwhile(
        lambda: announce.post_update(
            actor=commander, incident_id=incident.pk, audience="leadership", text="Nearly."
        )
    )

    assert not Timer.objects.filter(kind="update due", state="pending").exists()
