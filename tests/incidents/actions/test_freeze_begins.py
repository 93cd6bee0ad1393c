"""A freeze that was declared for later: what stands is void when it begins, and that is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, freeze, freeze_begins
from incidents.models import (
    AdministrationEntry,
    Approval,
    Freeze,
    Incident,
    Run,
    StepCommand,
)
from incidents.refusal import Refused
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    return factories.make_command(step, factories.UPDATE, "changes")


@pytest.fixture
def approval(command: StepCommand, commander: User) -> Approval:
    return factories.make_waiting_approval(command, commander)


@pytest.fixture
def later(approval: Approval, set_clock: SetClock) -> datetime:
    """Of a freeze to come; the question waits longer than that."""
    Approval.objects.update(expires_at=set_clock.at.replace(year=2030))
    return set_clock.at.replace(hour=4)


def _yes(person: User) -> None:
    approval = Approval.objects.get()
    approve.approve(actor=person, approval_id=approval.pk, digest=approval.digest)


def _declare(actor: User, **given: Any) -> Freeze:
    environment = factories.make_environment()
    return freeze.declare_freeze(
        actor=actor, environment_id=environment.pk, reason="Launch weekend", **given
    )


def _said(incident: Incident) -> list[str]:
    rows = incident.timeline.filter(kind__startswith="freeze.").order_by("pk")
    return list(rows.values_list("text", flat=True))


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_freeze_to_come_voids_once_when_it_begins(
    approval: Approval,
    commander: User,
    engineer: User,
    set_clock: SetClock,
    later: datetime,
    *,
    is_approved: bool,
) -> None:
    if is_approved:
        _yes(engineer)
    _declare(commander, starts_at=later, lasts=timedelta(hours=2))
    assert freeze_begins.begin_due_freezes() == 0
    assert Approval.objects.get().state in ("waiting", "approved")

    set_clock.at = later
    assert [freeze_begins.begin_due_freezes() for _ in range(2)] == [1, 0]

    assert (Run.objects.get().state, Approval.objects.get().state) == ("void", "void")
    until = f"until {later + timedelta(hours=2):%a %d %b %H:%M} UTC: Launch weekend."
    assert Approval.objects.get().void_reason == f"staging is frozen {until}"
    assert _said(approval.run.incident) == [
        f"declared a freeze: staging will be frozen from {later:%a %d %b %H:%M} UTC {until}",
        f"began the freeze: staging is frozen {until}",
    ]
    kinds = AdministrationEntry.objects.order_by("number").values_list("kind", "actor")
    assert list(kinds) == [("freeze.declared", commander.pk), ("freeze.begun", None)]


def test_a_freeze_refuses_from_its_beginning_whenever_the_clock_sees_it(
    approval: Approval, commander: User, engineer: User, set_clock: SetClock, later: datetime
) -> None:
    _declare(commander, starts_at=later)
    set_clock.at = later

    with pytest.raises(Refused, match="Only an emergency goes on"):
        _yes(engineer)


def test_a_freeze_that_was_lifted_or_is_over_never_begins(
    approval: Approval, commander: User, set_clock: SetClock, later: datetime
) -> None:
    lifted = _declare(commander, starts_at=later)
    freeze.lift_freeze(actor=commander, freeze_id=lifted.pk)
    _declare(commander, starts_at=later, lasts=timedelta(hours=1))
    set_clock.at = later + timedelta(hours=1)

    assert freeze_begins.begin_due_freezes() == 0
    assert Approval.objects.get().state == "waiting"


def test_a_freeze_that_holds_at_once_does_not_begin_again(
    approval: Approval, commander: User, set_clock: SetClock
) -> None:
    _declare(commander)
    set_clock.advance(60)

    assert freeze_begins.begin_due_freezes() == 0
    assert len(_said(approval.run.incident)) == 1


def test_a_freeze_to_come_lets_emergencies_wait(
    command: StepCommand, commander: User, set_clock: SetClock
) -> None:
    factories.make_waiting_approval(
        command, commander, run={"emergency_reason": "Customers cannot pay."}
    )
    later = set_clock.at + timedelta(minutes=1)
    _declare(commander, starts_at=later)
    set_clock.at = later

    assert freeze_begins.begin_due_freezes() == 1
    assert Approval.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [(timedelta(minutes=-1), "beginning has passed"), (timedelta(days=400), "within a year")],
)
def test_a_beginning_that_cannot_be_meant_is_refused(
    ahead: timedelta, sentence: str, commander: User, set_clock: SetClock
) -> None:
    with pytest.raises(Refused, match=sentence):
        _declare(commander, starts_at=set_clock.at + ahead)
    assert not Freeze.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clocks_begin_a_freeze_once(
    approval: Approval, commander: User, set_clock: SetClock, later: datetime
) -> None:
    _declare(commander, starts_at=later)
    set_clock.at = later

    done = at_once(freeze_begins.begin_due_freezes, freeze_begins.begin_due_freezes)

    assert sorted(done) == [0, 1]
    assert len(_said(approval.run.incident)) == 2
