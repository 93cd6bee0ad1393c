"""Where the levels of a ladder and the present lie on its strip."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.models import Incident
from incidents.queries.ladder import climb
from incidents.states import IncidentState, LevelState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def climbed(incident: Incident) -> Incident:
    for after in (7200, 14400, 21600):
        factories.make_level(incident, after)
    return incident


def test_ladder_names_the_next_level_and_its_moment(climbed: Incident) -> None:
    now = climbed.started_at + timedelta(hours=1)
    ladder = climb(incident=climbed, levels=climbed.levels.all(), now=now)

    assert ladder.next is not None
    assert ladder.next.level.after == 7200
    assert ladder.next.at - now == timedelta(hours=1)


def test_ladder_passes_over_levels_that_have_fired(climbed: Incident) -> None:
    climbed.levels.filter(position=1).update(state=LevelState.FIRED)
    ladder = climb(incident=climbed, levels=climbed.levels.all(), now=climbed.started_at)

    assert ladder.next is not None
    assert ladder.next.level.position == 2


def test_ladder_puts_the_present_in_proportion(climbed: Incident) -> None:
    now = climbed.started_at + timedelta(hours=2)
    ladder = climb(incident=climbed, levels=climbed.levels.all(), now=now)

    assert ladder.now_percent == ladder.rungs[0].percent
    assert float(ladder.rungs[2].percent) < 100


def test_ladder_grows_with_an_incident_that_outlasts_it(climbed: Incident) -> None:
    now = climbed.started_at + timedelta(hours=24)
    ladder = climb(incident=climbed, levels=climbed.levels.all(), now=now)

    assert float(ladder.now_percent) < 100
    assert float(ladder.rungs[2].percent) < 25


def test_ladder_of_a_closed_incident_has_no_next_level(climbed: Incident) -> None:
    climbed.state = IncidentState.RESOLVED
    climbed.resolved_at = climbed.started_at + timedelta(minutes=5)
    ladder = climb(
        incident=climbed,
        levels=climbed.levels.all(),
        now=climbed.started_at + timedelta(days=3),
    )

    assert ladder.next is None
    assert float(ladder.now_percent) < 2


def test_ladder_without_levels_is_a_plain_strip(incident: Incident) -> None:
    ladder = climb(incident=incident, levels=[], now=incident.started_at)

    assert (ladder.rungs, ladder.next, ladder.now_percent) == ((), None, "0.00")
