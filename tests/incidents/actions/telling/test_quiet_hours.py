"""Quiet hours are those of the wall clock, and a P0 does not wait for their end."""

from datetime import UTC, datetime, time

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, QuietHours
from incidents.queries.ways import quiet_until
from tests.incidents.actions.telling.deeds import channel_of, tell_whom, waiting
from tests.incidents.conftest import SetClock


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-21T20:59:59", None),
        ("2026-11-21T21:00:00", "2026-11-22T06:00:00"),
        ("2026-11-22T05:59:59", "2026-11-22T06:00:00"),
        ("2026-11-22T06:00:00", None),
        ("2026-10-24T22:00:00", "2026-10-25T06:00:00"),  # the night that is an hour longer
        ("2026-03-28T22:00:00", "2026-03-29T05:00:00"),  # and the one that is an hour shorter
        ("2026-07-01T04:30:00", "2026-07-01T05:00:00"),
    ],
)
def test_quiet_hours_are_those_of_the_wall_clock(at: str, until: str | None) -> None:
    hours = QuietHours(begins=time(22), until=time(7), time_zone="Europe/Rome")

    found = quiet_until(hours, datetime.fromisoformat(f"{at}+00:00"))

    assert found == (datetime.fromisoformat(f"{until}+00:00") if until else None)


def test_quiet_hours_wait_unless_it_is_a_p0(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    channel_of(engineer)
    QuietHours.objects.create(
        person=engineer, begins=time(22), until=time(7), time_zone="Europe/Rome"
    )
    set_clock.at = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)

    tell_whom(incident, "engineer", key="at once")
    incident.severity = "P2"
    tell_whom(incident, "engineer", key="in the morning")
    tell_whom(incident, "engineer", key="urgent", urgent=True)

    assert waiting() == [("my email", 0), ("my email", 0), ("my email", 8 * 3600)]
