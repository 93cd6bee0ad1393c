"""What the room says about unknown runs, runs that wait for a resource, and undos."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident, Plan, Run, Step, StepCommand
from incidents.states import Role, RunState
from tests import factories
from tests.incidents.views.conftest import SignIn

SCALE = factories.UPDATE
BACK = factories.UPDATE.replace("--min-instances=3", "--min-instances=2")
RESTORE = BACK.replace("--max-instances=10", "--max-instances=3")
LOCK = f"google {factories.CONNECTOR}"


@pytest.fixture
def step(incident: Incident) -> Step:
    return factories.make_step(factories.make_phase(incident), kind="command", title="Scale it")


@pytest.fixture
def command(step: Step) -> StepCommand:
    return factories.make_command(step, text=SCALE, effect="changes")


def make_change(command: StepCommand, person: User, **columns: object) -> Run:
    columns = {"finished_at": clock.now(), "lock_name": LOCK, **columns}
    run = factories.make_run(command, person, RunState.SUCCEEDED, **columns)
    Plan.objects.create(
        run=run,
        resource=run.resource,
        changes=[{"path": "minInstances", "before": 2, "after": 3}],
        undo=f"{BACK}\n{RESTORE}",
        digest="d",
        created_at=clock.now(),
    )
    return run


def page(sign_in: SignIn, person: User, step: Step) -> str:
    path = f"/incidents/INC-{step.incident.number}/?step={step.pk}"
    text = sign_in(person).get(path).content.decode()
    return " ".join(text.split())


def test_unknown_run_offers_four_verdicts_and_another_look(
    sign_in: SignIn, commander: User, command: StepCommand
) -> None:
    run = make_change(command, commander)
    Run.objects.filter(pk=run.pk).update(state=RunState.UNKNOWN, probed_at=clock.now())

    text = page(sign_in, commander, command.step)

    for verdict in ("applied", "not-applied", "undo", "leave"):
        assert f'value="{verdict}"' in text
    assert "Look again" in text
    assert "Plan again" not in text


def test_left_run_says_who_left_it_and_gives_the_command_free(
    sign_in: SignIn, commander: User, command: StepCommand
) -> None:
    run = make_change(command, commander)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.UNKNOWN, left_at=clock.now(), left_by=commander
    )

    text = page(sign_in, commander, command.step)

    assert "commander left it so at" in text
    assert 'value="leave"' not in text
    assert "Plan again" in text


@pytest.mark.parametrize(("sees_both", "words"), [(True, "run 1</a>"), (False, "another incident")])
def test_run_that_waits_names_the_one_in_front_to_those_who_may_see_it(
    sign_in: SignIn, commander: User, command: StepCommand, *, sees_both: bool, words: str
) -> None:
    elsewhere = factories.make_environment("elsewhere")
    other = factories.make_incident(commander, environment=elsewhere)
    if sees_both:
        elsewhere.memberships.create(person=commander, role=Role.VIEWER)
    front = make_change(
        factories.make_command(factories.make_step(factories.make_phase(other))), commander
    )
    factories.make_run(command, commander, RunState.QUEUED, waits_for=front)

    text = page(sign_in, commander, command.step)

    assert "Waiting for" in text
    assert words in text
    assert (other.name in text) is sees_both


def test_change_that_was_made_can_be_taken_back_by_part(
    sign_in: SignIn, commander: User, leader: User, command: StepCommand
) -> None:
    change = make_change(command, commander)

    assert "Take this change back" in page(sign_in, commander, command.step)
    assert "Take this change back" not in page(sign_in, leader, command.step)
    address = f"/runs/{change.pk}/undo/"
    assert sign_in(leader).post(address, {"reason": "x"}).status_code == 403
    asked = sign_in(commander).post(address, {"reason": "It made it worse."})
    assert asked.status_code == 302

    undo = Run.objects.get(undoes=change)
    assert (undo.state, undo.text, undo.undo_part) == ("planning", BACK, 1)
    text = page(sign_in, commander, command.step)
    assert "Takes back" in text
    assert "part 1 of 2: It made it worse." in text
    Run.objects.filter(pk=undo.pk).update(state=RunState.SUCCEEDED)
    assert "Take back the next part" in page(sign_in, commander, command.step)


def test_later_changes_of_the_resource_are_warned_of(
    sign_in: SignIn, commander: User, command: StepCommand
) -> None:
    change = make_change(command, commander, finished_at=clock.now() - timedelta(minutes=1))
    other = factories.make_command(command.step, text=SCALE, effect="changes")
    later = make_change(other, commander)

    elsewhere = factories.make_step(factories.make_phase(factories.make_incident(commander)))
    make_change(factories.make_command(elsewhere, text=SCALE, effect="changes"), commander)

    text = page(sign_in, commander, command.step)

    assert f"since: run {later.number}, a run of another incident." in text
    assert change.number == 1


def test_phase_without_a_way_back_offers_none(
    sign_in: SignIn, commander: User, command: StepCommand
) -> None:
    make_change(command, commander)
    Plan.objects.update(undo="", why_no_undo="Connectors only scale up.")
    text = page(sign_in, commander, command.step)
    assert "Cannot be undone</summary>" in text and "Undo this phase" not in text
    assert "Connectors only scale up." in text


def test_phase_lists_its_changes_in_reverse_and_offers_the_first(
    sign_in: SignIn, commander: User, command: StepCommand
) -> None:
    first = make_change(command, commander, finished_at=clock.now() - timedelta(minutes=5))
    second = make_change(
        factories.make_command(factories.make_step(command.step.phase), SCALE, "changes"), commander
    )

    text = page(sign_in, commander, command.step)
    listed = text[text.index("Undo this phase") :]
    assert listed.index(f"Run {second.number}</span>") < listed.index(f"Run {first.number}</span>")
    assert f'id="undo-phase-{second.pk}"' in listed
    assert f'id="undo-phase-{first.pk}"' not in listed
    assert "After the one above." in listed
    for part, text_of_part in enumerate((BACK, RESTORE), start=1):
        factories.make_run(
            second.command,
            commander,
            RunState.SUCCEEDED,
            undoes=second,
            undo_part=part,
            text=text_of_part,
        )
    text = page(sign_in, commander, command.step)
    assert "1 of 2 is taken back" in text
    assert f'id="undo-phase-{first.pk}"' in text
