"""An incident seen from outside its room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident
from incidents.queries.overview import Overview, overview, with_overview
from incidents.states import PhaseState, RunState, StepState, TimerKind, TimerState
from tests import factories

pytestmark = pytest.mark.django_db


def _look(incident: Incident, minutes: float = 0) -> Overview:
    row = with_overview(Incident.objects.filter(pk=incident.pk)).get()
    return overview(row, now=incident.started_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([], "Next: Look"),
        ([RunState.SUCCEEDED], "Next: Look"),
        ([RunState.RUNNING, RunState.RUNNING], "2 commands are running"),
        ([RunState.RUNNING, RunState.WAITING], "1 change waits for approval"),
        ([RunState.WAITING, RunState.UNKNOWN], "1 run is unknown: somebody must settle it"),
    ],
)
def test_overview_says_what_an_incident_waits_for(
    incident: Incident, commander: User, states: list[RunState], sentence: str
) -> None:
    step = factories.make_step(factories.make_phase(incident), title="Look")
    for state in states:
        factories.make_run(factories.make_command(step), commander, state)

    assert _look(incident).waits_for == sentence


def test_overview_counts_steps_of_the_straight_way_alone(incident: Incident) -> None:
    factories.make_step(factories.make_phase(incident), state=StepState.DONE)
    factories.make_step(factories.make_phase(incident, is_rollback=True))

    assert (_look(incident).done, _look(incident).total) == (1, 1)


def test_overview_knows_the_current_phase(incident: Incident) -> None:
    factories.make_phase(incident, state=PhaseState.COMPLETED)
    second = factories.make_phase(incident, state=PhaseState.ACTIVE)
    factories.make_phase(incident)
    current = _look(incident).current

    assert current is not None
    assert current.phase == second


def test_overview_knows_when_an_update_is_late(incident: Incident) -> None:
    incident.timers.create(
        kind=TimerKind.UPDATE,
        key="leadership",
        due_at=incident.started_at + timedelta(minutes=60),
    )

    assert [_look(incident, m).is_update_overdue for m in (59, 61)] == [False, True]


def test_an_update_stays_overdue_after_the_clock_has_said_so(incident: Incident) -> None:
    due_at = incident.started_at + timedelta(minutes=60)
    incident.timers.create(
        kind=TimerKind.UPDATE,
        key="leadership",
        state=TimerState.FIRED,
        due_at=due_at,
        occurrence=1,
    )

    assert _look(incident, 61).is_update_overdue

    incident.timers.create(
        kind=TimerKind.UPDATE,
        key="leadership",
        due_at=due_at + timedelta(minutes=60),
        occurrence=2,
    )

    assert not _look(incident, 61).is_update_overdue
    assert len(_look(incident, 61).updates_due) == 1
