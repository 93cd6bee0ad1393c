"""Steps with their runs, and which step is offered next."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, Step
from incidents.queries.room import read_room
from incidents.states import PhaseState, RunState, StepState
from tests import factories

pytestmark = pytest.mark.django_db


def _failed(level: str) -> list[dict[str, object]]:
    return [{"expression": "x", "level": level, "passed": False}]


def test_room_counts_ticked_and_skipped_steps_as_done(incident: Incident) -> None:
    phase = factories.make_phase(incident)
    for state in (StepState.DONE, StepState.SKIPPED, StepState.OPEN):
        factories.make_step(phase, state=state)
    part = read_room(incident).parts[0]

    assert (part.done, part.total, part.percent) == (2, 3, 67)


def test_room_keeps_exit_criteria_apart(incident: Incident) -> None:
    phase = factories.make_phase(incident)
    factories.make_step(phase)
    criterion = factories.make_step(phase, is_exit_criterion=True)
    part = read_room(incident).parts[0]

    assert ([len(part.lines), len(part.criteria)], part.criteria[0].step) == ([1, 1], criterion)


def test_room_shows_the_loudest_of_the_latest_runs(incident: Incident, commander: User) -> None:
    step = factories.make_step(factories.make_phase(incident))
    old, other = factories.make_command(step), factories.make_command(step)
    factories.make_run(old, commander, RunState.UNKNOWN)
    factories.make_run(old, commander, RunState.SUCCEEDED)
    factories.make_run(other, commander, RunState.FAILED)
    line = read_room(incident).parts[0].lines[0]

    assert line.run is not None
    assert line.run.state == RunState.FAILED


def test_room_names_the_strongest_effect_of_a_step(incident: Incident) -> None:
    step = factories.make_step(factories.make_phase(incident))
    for effect in ("reads", "destroys", "changes", ""):
        factories.make_command(step, effect=effect)
    line = read_room(incident).parts[0].lines[0]

    assert line.effect == "destroys"


def test_room_counts_failed_expectations_and_not_warnings(
    incident: Incident, commander: User
) -> None:
    step = factories.make_step(factories.make_phase(incident))
    for level in ("expect", "warn"):
        factories.make_run(
            factories.make_command(step), commander, RunState.SUCCEEDED, checks=_failed(level)
        )
    line = read_room(incident).parts[0].lines[0]

    assert line.failed_checks == 1


def _next_step(incident: Incident) -> Step | None:
    move = read_room(incident).next
    return move.step if move else None


def test_next_is_the_first_open_step(incident: Incident) -> None:
    phase = factories.make_phase(incident)
    factories.make_step(phase, state=StepState.DONE)
    following = factories.make_step(phase)
    factories.make_step(phase)

    assert _next_step(incident) == following


def test_next_is_an_unknown_run_before_anything_else(incident: Incident, commander: User) -> None:
    phase = factories.make_phase(incident)
    factories.make_step(phase)
    waiting, unknown = factories.make_step(phase), factories.make_step(phase)
    factories.make_run(factories.make_command(waiting), commander, RunState.WAITING)
    factories.make_run(factories.make_command(unknown), commander, RunState.UNKNOWN)

    assert _next_step(incident) == unknown


def test_next_completes_a_phase_whose_steps_are_done(incident: Incident) -> None:
    phase = factories.make_phase(incident)
    factories.make_step(phase, state=StepState.DONE)
    move = read_room(incident).next

    assert move is not None
    assert (move.sentence, move.step, move.phase) == ("Complete phase 1", None, phase)


def test_next_never_leads_into_a_side_path(incident: Incident) -> None:
    done = factories.make_phase(incident, state=PhaseState.COMPLETED)
    factories.make_step(done, state=StepState.DONE)
    factories.make_step(factories.make_phase(incident, is_rollback=True))
    move = read_room(incident).next

    assert move is not None
    assert move.step is None
    assert "resolve the incident" in move.sentence


def test_next_is_nothing_once_the_incident_is_closed(incident: Incident) -> None:
    factories.make_step(factories.make_phase(incident))
    incident.state = "resolved"

    assert read_room(incident).next is None
