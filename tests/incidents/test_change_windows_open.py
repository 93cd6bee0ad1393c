"""When an environment is open: windows in their own time zones, freezes at their seconds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User

from incidents.models import ChangeWindow, Environment, Freeze
from incidents.windows import closures, why_closed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def environment() -> Environment:
    return factories.make_environment()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(environment: Environment, opens: time, closes: time, zone: str, *days: int) -> None:
    ChangeWindow.objects.create(
        environment=environment,
        weekdays=list(days) or list(range(7)),
        opens=opens,
        closes=closes,
        time_zone=zone,
    )


def is_open(environment: Environment, moment: str) -> bool:
    return why_closed(environment, at(moment)) == ""


def test_without_windows_and_freezes_it_is_open(environment: Environment) -> None:
    assert is_open(environment, "2026-11-21 03:00")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-21 20:59:59", False),  # 21:59:59 in Rome
        ("2026-11-21 21:00:00", True),
        ("2026-11-22 04:59:59", True),
        ("2026-11-22 05:00:00", False),
        # Summer: Rome is two hours ahead.
        ("2026-07-21 19:59:59", False),
        ("2026-07-21 20:00:00", True),
        ("2026-07-22 03:59:59", True),
        ("2026-07-22 04:00:00", False),
        # The night in which the clocks go forward, and the one in which they go back.
        ("2026-03-28 21:00:00", True),
        ("2026-03-29 03:59:59", True),
        ("2026-03-29 04:00:00", False),
        ("2026-10-24 20:00:00", True),
        ("2026-10-25 04:59:59", True),
        ("2026-10-25 05:00:00", False),
    ],
)
def test_at_night_only(environment: Environment, moment: str, expected: bool) -> None:
    window(environment, time(22), time(6), "Europe/Rome")

    assert is_open(environment, moment) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-29 00:59:59", False),
        ("2026-03-29 01:30:00", True),  # 02:30 does not exist: the clocks jump from 02:00 to 03:00
        ("2026-03-29 02:00:00", False),
    ],
)
def test_a_window_in_the_skipped_hour(
    environment: Environment,
    moment: str,
    expected: bool,
) -> None:
    window(environment, time(2, 30), time(4), "Europe/Rome")

    assert is_open(environment, moment) is expected


def test_the_weekday_is_that_of_the_windows_own_zone(environment: Environment) -> None:
    window(environment, time(8), time(12), "Asia/Tokyo", 0)  # Mondays

    assert is_open(environment, "2026-11-22 23:30")  # Monday 08:30 in Tokyo
    assert not is_open(environment, "2026-11-23 23:30")


def test_a_window_over_midnight_belongs_to_the_day_it_opens_on(environment: Environment) -> None:
    window(environment, time(22), time(6), "UTC", 4)  # Fridays

    assert is_open(environment, "2026-11-21 05:59")  # Saturday
    assert not is_open(environment, "2026-11-20 05:59")


def test_the_sentence_says_when_the_next_opens(environment: Environment) -> None:
    window(environment, time(22), time(6), "Europe/Rome", 6)

    assert why_closed(environment, at("2026-11-21 12:00")) == (
        "staging may be changed in its windows only; the next opens Sun 22 Nov 21:00 UTC"
        " (22:00 Europe/Rome)."
    )


def test_a_freeze_holds_from_its_first_second_to_its_last(
    environment: Environment, commander: User
) -> None:
    begins, ends = at("2026-11-21 03:00:00"), at("2026-11-21 06:00:00")
    Freeze.objects.create(
        environment=environment,
        starts_at=begins,
        ends_at=ends,
        reason="Launch.",
        declared_by=commander,
    )
    second = timedelta(seconds=1)

    assert why_closed(environment, begins - second) == ""
    assert why_closed(environment, begins) == (
        "staging is frozen until Sat 21 Nov 06:00 UTC: Launch."
    )
    assert why_closed(environment, ends - second) != ""
    assert why_closed(environment, ends) == ""


def test_closures_of_many_cost_two_queries(
    environment: Environment,
    django_assert_num_queries: object,
    commander: User,
) -> None:
    others = [factories.make_environment(f"env-{n}") for n in range(5)]
    for other in others:
        window(other, time(0), time(0, 1), "UTC")

    with django_assert_num_queries(2):  # type: ignore[operator]
        found = closures([environment, *others], at("2026-11-21 12:00"))

    assert set(found) == {other.pk for other in others}
