"""Whether an incident gets better, from stored checks and alerts alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incidents import clock
from incidents.models import Alert, HealthCheck, Incident
from incidents.queries.progress import read_progress
from incidents.states import IncidentState
from tests.browser.health import make_check, make_report
from tests.incidents.conftest import SetClock


@pytest.fixture
def running(incident: Incident, set_clock: SetClock) -> Incident:
    """For two hours."""
    Incident.objects.update(started_at=set_clock() - timedelta(hours=2))
    incident.refresh_from_db()
    return incident


def _check(incident: Incident, *, ago: int, criticals: int, **counts: Any) -> HealthCheck:
    report = make_report(is_broken=True)
    counts = {"criticals": criticals, "warnings": 2, "unchecked": 0, **counts}
    return make_check(incident.environment, report, minutes_ago=ago, **counts)


def _alert(incident: Incident, key: str, state: str) -> None:
    now = clock.now()
    Alert.objects.create(
        key=key, kind="monitor", state=state, title=key, incident=incident, first_at=now,
        last_at=now,
    )  # fmt: skip


def test_fewer_findings_than_an_hour_ago_is_better(running: Incident) -> None:
    for ago, criticals in ((90, 9), (61, 7), (30, 8), (1, 4)):
        _check(running, ago=ago, criticals=criticals)
    for key, state in (("a", "firing"), ("b", "resolved"), ("c", "resolved")):
        _alert(running, key, state)

    found = read_progress(running)

    assert (found.word, found.sentence) == (
        "Getting better.",
        "4 critical findings, 7 an hour ago. 2 of 3 alerts have recovered.",
    )


def test_first_hour_is_held_against_the_first_check_since_it_began(running: Incident) -> None:
    _check(running, ago=500, criticals=0)
    first = _check(running, ago=40, criticals=1)
    _check(running, ago=1, criticals=3)

    found = read_progress(running)

    at = f"{first.requested_at:%H:%M}"
    assert (found.word, found.sentence) == (
        "Getting worse.",
        f"3 critical findings, 1 at {at} UTC.",
    )


def test_without_anything_to_compare_with_no_direction_is_said(running: Incident) -> None:
    assert (read_progress(running).word, read_progress(running).sentence) == ("", "")
    _check(running, ago=1, criticals=1)
    _alert(running, "a", "firing")

    found = read_progress(running)

    assert (found.word, found.sentence) == ("", "1 critical finding. Its alert still fires.")


def test_what_could_not_be_checked_makes_nothing_better(running: Incident) -> None:
    _check(running, ago=60, criticals=7)
    _check(running, ago=1, criticals=0, unchecked=9)

    found = read_progress(running)

    assert (found.word, found.sentence) == (
        "",
        "No critical findings, 7 an hour ago, 9 could not be checked.",
    )


def test_same_counts_are_unchanged_and_none_are_nothing(running: Incident) -> None:
    for ago in (60, 1):
        _check(running, ago=ago, criticals=0)
    assert read_progress(running).word == "Unchanged."
    HealthCheck.objects.update(warnings=0)
    assert (read_progress(running).word, read_progress(running).sentence) == (
        "",
        "No warnings, as an hour ago.",
    )


def test_incident_that_is_over_has_no_progress(running: Incident) -> None:
    _check(running, ago=1, criticals=1)
    running.state = IncidentState.RESOLVED

    assert read_progress(running).sentence == ""
