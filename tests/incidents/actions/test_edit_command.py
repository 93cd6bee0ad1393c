"""Editing one command of an incident: who may, what it must be, what it voids, taking it back."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, execute, resolve
from incidents.actions.edit_command import edit_command, reset_command
from incidents.models import Incident, Run, Step, StepCommand, TimelineEntry
from incidents.refusal import Refused
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import at_once

LONGER = factories.UPDATE.replace("--min-instances=3", "--min-instances=4")


@pytest.fixture
def step(incident: Incident) -> Step:
    Incident.objects.update(
        parameters={"CONNECTOR": "c2", "PROJECT": "netra-staging", "REGION": "us-central1"}
    )
    incident.refresh_from_db()
    return factories.make_step(factories.make_phase(incident))


@pytest.fixture
def change(step: Step) -> StepCommand:
    return factories.make_command(step, text=factories.UPDATE, effect="changes")


@pytest.fixture
def shown(step: Step) -> StepCommand:
    return factories.make_command(step, "dig example.com", "", reason="Not run here.")


def test_edit_sets_text_and_editor_and_keeps_the_runbooks(
    change: StepCommand, engineer: User
) -> None:
    edited = edit_command(actor=engineer, command_id=change.pk, text=f"  {LONGER}\n")

    assert (edited.edited, edited.written) == (LONGER, factories.UPDATE)
    assert "--min-instances=4" in edited.text
    assert edited.step.edited_by == engineer
    entry = TimelineEntry.objects.get()
    assert (entry.kind, entry.actor) == ("command.edited", engineer)
    assert entry.data["before"] == {"text": factories.UPDATE, "effect": "changes"}
    assert entry.data["after"] == {"text": edited.text, "effect": "changes"}


def test_edit_again_keeps_the_runbooks_own_text(change: StepCommand, engineer: User) -> None:
    edit_command(actor=engineer, command_id=change.pk, text=LONGER)

    again = edit_command(actor=engineer, command_id=change.pk, text=LONGER.replace("=4", "=5"))

    assert again.written == factories.UPDATE


def test_edit_may_name_parameters(change: StepCommand, engineer: User) -> None:
    text = LONGER.replace("staging-connector", "${CONNECTOR}")

    edited = edit_command(actor=engineer, command_id=change.pk, text=text)

    assert " update c2 " in edited.text
    assert edited.resource.endswith("/connectors/c2")


def test_an_effect_that_changes_is_told(step: Step, engineer: User) -> None:
    command = factories.make_command(step)

    edited = edit_command(actor=engineer, command_id=command.pk, text=factories.UPDATE)

    assert edited.effect == "changes"
    assert TimelineEntry.objects.get().text.endswith("; it only read and now changes")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a command"),
        ("rm -rf /", "would not be run here"),
        (f"{factories.DESCRIBE}\n{factories.DESCRIBE}", "more than one command"),
        (factories.DESCRIBE.replace("netra-staging", "elsewhere"), "elsewhere"),
        (f"{factories.UPDATE} && rm -rf /", "would not be run here"),
        (factories.UPDATE, "stands already"),
        ("echo VALUE | gcloud secrets versions add s --data-file=-", "a mark for a secret"),
        ("echo [redacted password 0123456789ab]", "a mark for a secret"),
    ],
)
def test_what_is_not_one_command_that_runs_here_is_refused(
    change: StepCommand, engineer: User, text: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        edit_command(actor=engineer, command_id=change.pk, text=text)

    assert refused.value.status == 422
    change.refresh_from_db()
    assert (change.text, change.edited) == (factories.UPDATE, "")


def test_a_shown_command_may_become_another_shown_one_or_one_that_runs(
    shown: StepCommand, engineer: User
) -> None:
    still = edit_command(actor=engineer, command_id=shown.pk, text="dig example.org +short")
    assert (still.text, still.is_runnable) == ("dig example.org +short", False)
    assert still.reason

    runs = edit_command(actor=engineer, command_id=shown.pk, text=factories.DESCRIBE)
    assert runs.effect == "reads"
    assert runs.reason == ""


def test_a_change_that_is_being_planned_is_cancelled(
    change: StepCommand, engineer: User, commander: User
) -> None:
    run = execute.request_run(actor=commander, command_id=change.pk)

    edit_command(actor=engineer, command_id=change.pk, text=LONGER)

    run.refresh_from_db()
    assert (run.state, run.message) == ("cancelled", "engineer edited the command. Ask again.")


def test_a_waiting_approval_is_void_with_the_difference(
    change: StepCommand, engineer: User, commander: User
) -> None:
    approval = factories.make_waiting_approval(change, commander)

    edit_command(actor=engineer, command_id=change.pk, text=LONGER)

    approval.refresh_from_db()
    change.refresh_from_db()
    assert (approval.state, approval.run.state) == ("void", "void")
    assert approval.void_reason.startswith("engineer edited the command.")
    assert approval.moved == [
        {"what": "the command of the step", "before": factories.UPDATE, "after": change.text}
    ]


def test_an_approval_of_another_command_stays(
    change: StepCommand, shown: StepCommand, engineer: User, commander: User
) -> None:
    approval = factories.make_waiting_approval(change, commander)

    edit_command(actor=engineer, command_id=shown.pk, text="dig example.org")

    approval.refresh_from_db()
    assert approval.state == "waiting"


def test_a_run_at_work_keeps_its_text(change: StepCommand, engineer: User, commander: User) -> None:
    run = factories.make_run(change, commander, RunState.RUNNING)

    edit_command(actor=engineer, command_id=change.pk, text=LONGER)

    run.refresh_from_db()
    assert (run.state, run.text) == ("running", factories.UPDATE)


def test_the_editor_may_not_approve(change: StepCommand, engineer: User, commander: User) -> None:
    edit_command(actor=engineer, command_id=change.pk, text=LONGER)
    change.refresh_from_db()
    approval = factories.make_waiting_approval(change, commander)

    with pytest.raises(Refused, match="edited this step"):
        approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)


def test_reset_takes_the_runbooks_text_again(change: StepCommand, engineer: User) -> None:
    edit_command(actor=engineer, command_id=change.pk, text=factories.DESCRIBE)

    own = reset_command(actor=engineer, command_id=change.pk)

    assert (own.text, own.effect, own.edited, own.written) == (factories.UPDATE, "changes", "", "")
    assert own.step.edited_by == engineer
    assert TimelineEntry.objects.first().text.startswith("took the runbook's text again for")


def test_reset_of_the_runbooks_own_is_refused(change: StepCommand, engineer: User) -> None:
    with pytest.raises(Refused, match="own text already"):
        reset_command(actor=engineer, command_id=change.pk)


def test_a_viewer_and_an_outsider_are_refused(
    change: StepCommand, leader: User, outsider: User
) -> None:
    for person in (leader, outsider):
        with pytest.raises(Refused, match="responder") as refused:
            edit_command(actor=person, command_id=change.pk, text=LONGER)
        assert refused.value.status == 403


def test_a_closed_incident_is_refused(change: StepCommand, commander: User) -> None:
    resolve.resolve(actor=commander, incident_id=change.step.incident_id, words="Done.")

    with pytest.raises(Refused, match="is resolved"):
        edit_command(actor=commander, command_id=change.pk, text=LONGER)


def test_who_saw_another_text_is_told_who_was_first(
    change: StepCommand, engineer: User, commander: User
) -> None:
    edit_command(actor=engineer, command_id=change.pk, text=LONGER, seen=change.shown)

    with pytest.raises(Refused, match="engineer edited this step before you did"):
        edit_command(
            actor=commander, command_id=change.pk, text=factories.DESCRIBE, seen=change.shown
        )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_winner(change: StepCommand, engineer: User, commander: User) -> None:
    answers = at_once(
        *(
            lambda actor=actor: edit_command(
                actor=actor, command_id=change.pk, text=LONGER, seen=change.shown
            )
            for actor in (engineer, commander)
        )
    )

    assert {type(answer) for answer in answers} == {StepCommand, Refused}
    assert TimelineEntry.objects.filter(kind="command.edited").count() == 1


def test_a_secret_value_is_not_told(step: Step, engineer: User) -> None:
    text = "echo old-secret-1 | gcloud secrets versions add s --data-file=- --project=netra-staging"
    command = factories.make_command(step, text, "changes")

    edit_command(actor=engineer, command_id=command.pk, text=text.replace("old", "new"))

    told = TimelineEntry.objects.get()
    assert "secret-1" not in f"{told.text} {told.data}"
    assert Run.objects.count() == 0


def test_a_secret_parameter_stays_hidden_after_an_edit_and_a_reset(
    change: StepCommand, engineer: User
) -> None:
    Incident.objects.update(secrets={"CONNECTOR_TOKEN": "staging-connector"})

    edited = edit_command(actor=engineer, command_id=change.pk, text=LONGER)
    assert "staging-connector" in edited.text
    assert "staging-connector" not in edited.shown

    reset = reset_command(actor=engineer, command_id=change.pk)
    assert (reset.text, "staging-connector" in reset.shown) == (factories.UPDATE, False)
