"""Planned work: by people, by the clock, and whoever is first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from incidents import clock
from incidents.actions import maintenance
from incidents.models import AdministrationEntry, Maintenance, Notification, Subscriber
from incidents.refusal import Refused
from incidents.states import MaintenanceState
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(commander: User) -> User:
    commander.is_superuser = True
    commander.save()
    return commander


def plan(chief: User, *, begins: int = 60, minutes: int = 60) -> Maintenance:
    start = clock.now() + timedelta(minutes=begins)
    return maintenance.plan_maintenance(
        actor=chief,
        title="A larger machine",
        words="Chat may be away.",
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        components=[],
    )


def states(work: Maintenance) -> list[str]:
    return list(work.updates.order_by("pk").values_list("state", flat=True))


def test_the_clock_begins_and_completes_it_once(set_clock: SetClock, chief: User) -> None:
    work = plan(chief)
    assert maintenance.move_due_maintenance() == 0
    set_clock.advance(3600)
    assert [maintenance.move_due_maintenance() for _ in range(2)] == [1, 0]
    set_clock.advance(3600)
    assert [maintenance.move_due_maintenance() for _ in range(2)] == [1, 0]

    work.refresh_from_db()
    assert (work.state, work.completed_at) == (MaintenanceState.COMPLETED, clock.now())
    assert states(work) == ["in progress", "completed"]
    entry = AdministrationEntry.objects.first()
    assert entry is not None
    assert (entry.actor, entry.kind) == (None, "maintenance.changed")


def test_what_a_person_did_first_the_clock_leaves(set_clock: SetClock, chief: User) -> None:
    work = plan(chief)
    for state in ("in progress", "verifying", "completed"):
        maintenance.move_maintenance(
            actor=chief, maintenance_id=work.pk, state=state, text=f"{state}!"
        )
    set_clock.advance(3 * 3600)

    assert maintenance.move_due_maintenance() == 0
    assert states(work) == ["in progress", "verifying", "completed"]


def test_cancelled_work_never_begins(set_clock: SetClock, chief: User) -> None:
    work = plan(chief)
    maintenance.move_maintenance(actor=chief, maintenance_id=work.pk, state="cancelled", text="")
    set_clock.advance(2 * 3600)

    assert maintenance.move_due_maintenance() == 0
    with pytest.raises(Refused, match="is cancelled"):
        maintenance.move_maintenance(
            actor=chief, maintenance_id=work.pk, state="in progress", text=""
        )


@pytest.mark.django_db(transaction=True)
def test_two_clocks_begin_it_once(chief: User) -> None:
    work = plan(chief, begins=-1)
    done = at_once(maintenance.move_due_maintenance, maintenance.move_due_maintenance)

    assert sorted(done) == [0, 1]
    assert states(work) == ["in progress"]


def test_refusals_say_what_is_wrong(set_clock: SetClock, chief: User, engineer: User) -> None:
    with pytest.raises(Refused, match="ends before it begins"):
        plan(chief, minutes=-5)
    with pytest.raises(Refused, match="passed already"):
        plan(chief, begins=-120)
    with pytest.raises(Refused) as refused:
        plan(engineer)
    assert refused.value.status == 403
    with pytest.raises(Refused, match="Write what people should know"):
        maintenance.move_maintenance(
            actor=chief, maintenance_id=plan(chief).pk, state="scheduled", text=" "
        )


def test_subscribers_hear_of_each_step(settings: Settings, chief: User) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    Subscriber.objects.create(
        kind="email", address="x", token="y", created_at=clock.now(), confirmed_at=clock.now()
    )
    work = plan(chief)
    maintenance.move_maintenance(actor=chief, maintenance_id=work.pk, state="in progress", text="")

    subjects = Notification.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == [
        "Maintenance scheduled: A larger machine",
        "Maintenance in progress: A larger machine",
    ]
