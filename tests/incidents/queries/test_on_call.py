"""Who is on call: turns at the same local time whatever the clocks do, and overrides in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import User

from incidents.models import Rota
from incidents.queries.on_call import on_call, shifts
from tests import factories

Told = list[tuple[str, datetime, datetime]]


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def rota(db: None) -> Rota:
    """Ana, Bo, Cleo: a week each from Monday 5 October, 9:00 in Rome."""
    made = Rota.objects.create(
        name="infrastructure",
        time_zone="Europe/Rome",
        begins_on=date(2026, 10, 5),
        hands_over_at=time(9),
    )
    for position, name in enumerate(("ana", "bo", "cleo")):
        made.members.create(person=factories.make_person(name), position=position)
    return made


def override(rota: Rota, name: str, starts_at: datetime, ends_at: datetime) -> None:
    person = User.objects.get(username=name)
    rota.overrides.create(person=person, starts_at=starts_at, ends_at=ends_at, made_by=person)


def told(rota: Rota, begin: datetime, until: datetime) -> Told:
    found = shifts(rota, begin=begin, until=until)
    return [(shift.person.get_username(), shift.starts_at, shift.ends_at) for shift in found]


def name_at(rota: Rota, at: datetime) -> str:
    shift = on_call(rota, at=at)
    return shift.person.get_username() if shift else ""


def test_turns_follow_one_another_and_begin_again(rota: Rota) -> None:
    assert told(rota, utc(10, 7), utc(10, 27)) == [
        ("ana", utc(10, 5, 7), utc(10, 12, 7)),
        ("bo", utc(10, 12, 7), utc(10, 19, 7)),
        ("cleo", utc(10, 19, 7), utc(10, 26, 8)),
        ("ana", utc(10, 26, 8), utc(11, 2, 8)),
    ]


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (utc(10, 5, 6, 59), ""),
        (utc(10, 5, 7), "ana"),
        (utc(10, 12, 6, 59), "ana"),
        (utc(10, 12, 7), "bo"),
        (utc(10, 26, 7, 30), "cleo"),  # an hour later than a week ago, by the clock of Greenwich
        (utc(10, 26, 8), "ana"),
    ],
)
def test_shift_ends_at_its_local_hour_also_after_the_clocks_change(
    at: datetime, name: str, rota: Rota
) -> None:
    assert name_at(rota, at) == name


@pytest.mark.parametrize("month", [3, 10])
def test_shifts_that_hand_over_while_the_clocks_change_leave_no_gap(month: int, rota: Rota) -> None:
    """At 2:30 in Rome, which is never on the last Sunday of March and twice on that of October."""
    Rota.objects.update(begins_on=date(2026, month, 1), hands_over_at=time(2, 30), shift_days=1)
    rota.refresh_from_db()
    found = told(rota, utc(month, 20), utc(month, 31))

    assert len(found) == 12
    assert [ends for _, _, ends in found][:-1] == [starts for _, starts, _ in found][1:]


def test_override_cuts_into_a_turn(rota: Rota) -> None:
    override(rota, "cleo", utc(10, 8), utc(10, 9))

    assert told(rota, utc(10, 7), utc(10, 10)) == [
        ("ana", utc(10, 5, 7), utc(10, 8)),
        ("cleo", utc(10, 8), utc(10, 9)),
        ("ana", utc(10, 9), utc(10, 12, 7)),
    ]


def test_of_two_overrides_the_later_made_counts_and_one_may_span_turns(rota: Rota) -> None:
    override(rota, "cleo", utc(10, 10), utc(10, 20))
    override(rota, "bo", utc(10, 14), utc(10, 15))

    assert told(rota, utc(10, 13), utc(10, 16)) == [
        ("cleo", utc(10, 10), utc(10, 14)),
        ("bo", utc(10, 14), utc(10, 15)),
        ("cleo", utc(10, 15), utc(10, 20)),
    ]


def test_turns_of_who_has_left_fall_to_the_next(rota: Rota) -> None:
    User.objects.filter(username="bo").update(is_active=False)
    assert name_at(rota, utc(10, 13)) == "cleo"

    User.objects.update(is_active=False)
    assert on_call(rota, at=utc(10, 13)) is None


def test_override_by_who_has_left_counts_for_nothing(rota: Rota) -> None:
    override(rota, "cleo", utc(10, 6), utc(10, 12))
    User.objects.filter(username="cleo").update(is_active=False)

    assert name_at(rota, utc(10, 7)) == "ana"


def test_rota_without_people_has_nobody_on_call(rota: Rota) -> None:
    rota.members.all().delete()

    assert told(rota, utc(10, 7), utc(10, 27)) == []
