"""Ticking: who may, who was first, and what a closed incident says."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import checklist, resolve
from incidents.models import Incident, Step, TimelineEntry
from incidents.refusal import Refused
from incidents.states import PhaseState, StepState
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def step(incident: Incident) -> Step:
    return factories.make_step(factories.make_phase(incident), title="The connector is ready")


def test_tick_records_who_and_when(step: Step, engineer: User, set_clock: SetClock) -> None:
    ticked = checklist.tick(actor=engineer, step_id=step.pk)

    assert (ticked.state, ticked.decided_by, ticked.decided_at) == ("done", engineer, set_clock.at)
    entry = TimelineEntry.objects.get()
    assert (entry.kind, entry.actor, entry.text) == (
        "step.ticked",
        engineer,
        "ticked “The connector is ready”",
    )


def test_tick_by_an_outsider_is_refused(step: Step, outsider: User) -> None:
    with pytest.raises(Refused) as refused:
        checklist.tick(actor=outsider, step_id=step.pk)

    assert refused.value.status == 403
    assert Step.objects.get().state == StepState.OPEN


def test_tick_by_a_viewer_is_refused(step: Step, leader: User) -> None:
    with pytest.raises(Refused, match="responder"):
        checklist.tick(actor=leader, step_id=step.pk)


def test_tick_twice_names_who_was_first(
    step: Step, engineer: User, commander: User, set_clock: SetClock
) -> None:
    checklist.tick(actor=engineer, step_id=step.pk)

    with pytest.raises(Refused) as refused:
        checklist.tick(actor=commander, step_id=step.pk)

    assert refused.value.sentence == "engineer ticked this step at 03:00:00 UTC, before you did."


@pytest.mark.django_db(transaction=True)
def test_tick_by_two_at_once_has_one_winner(step: Step, engineer: User, commander: User) -> None:
    answers = at_once(
        lambda: checklist.tick(actor=engineer, step_id=step.pk),
        lambda: checklist.tick(actor=commander, step_id=step.pk),
    )

    assert {type(answer) for answer in answers} == {Step, Refused}
    assert TimelineEntry.objects.count() == 1


def test_tick_on_a_closed_incident_is_refused(step: Step, commander: User) -> None:
    resolve.resolve(actor=commander, incident_id=step.incident_id, words="Scaled the connector.")

    with pytest.raises(Refused) as refused:
        checklist.tick(actor=commander, step_id=step.pk)

    assert refused.value.sentence == (
        f"{step.incident.name} is resolved; nothing in it can change any more."
    )


def test_untick_opens_the_step_again(step: Step, engineer: User) -> None:
    checklist.tick(actor=engineer, step_id=step.pk)

    opened = checklist.untick(actor=engineer, step_id=step.pk)

    assert (opened.state, opened.decided_by, opened.decided_at) == ("open", None, None)


def test_skip_needs_a_reason(step: Step, engineer: User) -> None:
    with pytest.raises(Refused, match="why"):
        checklist.skip(actor=engineer, step_id=step.pk, reason="  ")


def test_complete_phase_starts_the_next(incident: Incident, commander: User) -> None:
    first, second = factories.make_phase(incident), factories.make_phase(incident)

    checklist.complete_phase(actor=commander, phase_id=first.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (PhaseState.COMPLETED, PhaseState.ACTIVE)
    assert first.completed_by == commander


def test_complete_phase_waits_for_its_exit_criteria(incident: Incident, commander: User) -> None:
    phase = factories.make_phase(incident)
    criterion = factories.make_step(
        phase, title="Every finding is understood", is_exit_criterion=True
    )

    with pytest.raises(Refused, match="1 exit criterion is still open: Every finding"):
        checklist.complete_phase(actor=commander, phase_id=phase.pk)
    checklist.tick(actor=commander, step_id=criterion.pk)

    assert checklist.complete_phase(actor=commander, phase_id=phase.pk).state == "completed"


def test_complete_phase_by_an_engineer_is_refused(incident: Incident, engineer: User) -> None:
    phase = factories.make_phase(incident)

    with pytest.raises(Refused, match="commander"):
        checklist.complete_phase(actor=engineer, phase_id=phase.pk)


def test_paste_result_keeps_what_a_person_saw(
    step: Step, engineer: User, set_clock: SetClock
) -> None:
    shown = factories.make_command(step, "dig staging.netrasystems.ai", "", reason="Not run here.")

    kept = checklist.paste_result(actor=engineer, command_id=shown.pk, text="\nANSWER: 1\n2\n")

    assert (kept.pasted, kept.pasted_by, kept.pasted_at) == ("ANSWER: 1\n2", engineer, set_clock.at)
    assert TimelineEntry.objects.get().text == "pasted 2 lines for `dig staging.netrasystems.ai`"


@pytest.mark.parametrize(
    ("text", "words"), [("  \n", "Paste what"), ("x" * 65537, "65537 characters")]
)
def test_paste_result_refuses_nothing_and_too_much(
    step: Step, engineer: User, text: str, words: str
) -> None:
    shown = factories.make_command(step, "dig staging.netrasystems.ai", "", reason="Not run here.")

    with pytest.raises(Refused, match=words):
        checklist.paste_result(actor=engineer, command_id=shown.pk, text=text)


def test_paste_result_is_for_commands_that_are_not_run_here(step: Step, engineer: User) -> None:
    command = factories.make_command(step)

    with pytest.raises(Refused, match="run it"):
        checklist.paste_result(actor=engineer, command_id=command.pk, text="READY")


def test_paste_result_by_a_viewer_is_refused(step: Step, leader: User) -> None:
    shown = factories.make_command(step, "dig staging.netrasystems.ai", "", reason="Not run here.")

    with pytest.raises(Refused, match="responder"):
        checklist.paste_result(actor=leader, command_id=shown.pk, text="READY")
