"""Other values for parameters: who may, what follows, what is void, and what stays."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import checklist, edit_command, resolve
from incidents.actions.declare import declare
from incidents.actions.edit_parameters import edit_parameters
from incidents.models import Incident, Run, StepCommand, TimelineEntry
from incidents.queries.parameters import read_parameters
from incidents.refusal import Refused
from incidents.states import RunState
from runbook.document.definition import Parameter
from tests import factories
from tests.incidents.conftest import SetClock, at_once

SOURCE = b"""---
parameters:
  SERVER: {value: main, about: the database server}
  POLICY: never
---
# The database is slow

## Phase 1: Look

- [ ] The server is ready
  ```bash
  gcloud sql instances describe ${SERVER} --project=${PROJECT}
  for s in ${SERVER} other; do gcloud sql instances describe $s --project=${PROJECT}; done
  ```
  Expect: `name == "${SERVER}"`
- [ ] Stop it
  ```bash
  gcloud sql instances patch ${SERVER} --activation-policy=${POLICY} --project=${PROJECT}
  ```
- [ ] Clean up
  ```bash
  rm -rf /tmp/${SERVER}
  ```
- [ ] Another thing
  ```bash
  gcloud sql instances list --project=${PROJECT}
  ```
"""


@pytest.fixture
def declared(commander: User) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE),
        environment=factories.make_environment(),
        severity="P1",
        title="Slow",
        parameters={},
    )


def texts(incident: Incident) -> list[str]:
    rows = StepCommand.objects.filter(step__incident=incident)
    return [row.text for row in rows.order_by("step__position", "position")]


def command_with(incident: Incident, words: str) -> StepCommand:
    return StepCommand.objects.get(step__incident=incident, text__contains=words)


def test_commands_and_checks_follow(declared: Incident, engineer: User) -> None:
    before = list(StepCommand.objects.order_by("pk").values_list("pk", flat=True))

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"SERVER": "s2"})

    assert [text.replace(" --project=netra-staging", "") for text in texts(declared)] == [
        "gcloud sql instances describe s2",
        "gcloud sql instances describe s2",
        "gcloud sql instances describe other",
        "gcloud sql instances patch s2 --activation-policy=never",
        "rm -rf /tmp/s2",
        "gcloud sql instances list",
    ]
    first = command_with(declared, "patch s2")
    assert first.resource.endswith("/instances/s2")
    looped = command_with(declared, "describe other")
    assert looped.checks[0]["expression"] == 'name == "s2"'
    assert list(StepCommand.objects.order_by("pk").values_list("pk", flat=True)) == before
    declared.refresh_from_db()
    assert declared.parameters["SERVER"] == "s2"


def test_the_timeline_says_what_it_was(declared: Incident, engineer: User) -> None:
    edit_parameters(
        actor=engineer, incident_id=declared.pk, values={"SERVER": "s2", "POLICY": "never"}
    )

    entry = declared.timeline.all()[0]
    assert (entry.kind, entry.actor) == ("parameters.edited", engineer)
    assert entry.text == "set SERVER to s2, was main (5 commands follow)"
    assert entry.data["changes"] == [{"name": "SERVER", "before": "main", "after": "s2"}]


def test_a_run_keeps_its_text_and_its_command(
    declared: Incident, engineer: User, commander: User
) -> None:
    command = command_with(declared, "describe other")
    run = factories.make_run(command, commander, RunState.SUCCEEDED)
    kept = run.text

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"SERVER": "s2"})

    run.refresh_from_db()
    assert (run.text, run.command_id) == (kept, command.pk)


def test_a_change_that_is_being_planned_is_cancelled(
    declared: Incident, engineer: User, commander: User
) -> None:
    run = factories.make_run(command_with(declared, " patch "), commander, RunState.PLANNING)

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"POLICY": "always"})

    run.refresh_from_db()
    assert (run.state, run.message) == ("cancelled", "The parameter POLICY changed. Ask again.")


def test_a_waiting_approval_is_void_with_the_difference(
    declared: Incident, engineer: User, commander: User
) -> None:
    approval = factories.make_waiting_approval(command_with(declared, " patch "), commander)

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"POLICY": "always"})

    approval.refresh_from_db()
    assert (approval.state, approval.run.state) == ("void", "void")
    assert approval.void_reason.startswith("engineer changed the parameter POLICY.")
    moved = {one["what"]: (one["before"], one["after"]) for one in approval.moved}
    assert moved["parameter POLICY"] == ("never", "always")


def test_an_edit_by_hand_stays_and_follows_what_it_names(
    declared: Incident, engineer: User
) -> None:
    command = command_with(declared, " patch ")
    text = command.text.replace("main", "${SERVER}").replace("=never", "=always")
    edit_command.edit_command(actor=engineer, command_id=command.pk, text=text)

    edit_parameters(
        actor=engineer, incident_id=declared.pk, values={"SERVER": "s2", "POLICY": "on-demand"}
    )

    command.refresh_from_db()
    assert "patch s2 --activation-policy=always" in command.text
    assert "patch s2 --activation-policy=on-demand" in command.written


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"SERVER": "-x"}, "dash"),
        ({"SERVER": "$(id)"}, "shell"),
        ({"SERVER": " "}, "empty"),
        ({"PROJECT": "other"}, "PROJECT is the environment's"),
        ({"NAME": "x"}, "no parameter NAME"),
        ({"POLICY": "never"}, "stand already"),
        ({}, "stand already"),
    ],
)
def test_values_that_are_not_safe_or_not_known_are_refused(
    declared: Incident, engineer: User, values: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        edit_parameters(actor=engineer, incident_id=declared.pk, values=values)

    assert declared.timeline.count() == 1


def test_a_viewer_and_an_outsider_are_refused(
    declared: Incident, leader: User, outsider: User
) -> None:
    for person in (leader, outsider):
        with pytest.raises(Refused, match="responder") as refused:
            edit_parameters(actor=person, incident_id=declared.pk, values={"POLICY": "always"})
        assert refused.value.status == 403


def test_a_closed_incident_is_refused(declared: Incident, commander: User) -> None:
    resolve.resolve(actor=commander, incident_id=declared.pk, words="Scaled.")

    with pytest.raises(Refused, match="is resolved"):
        edit_parameters(actor=commander, incident_id=declared.pk, values={"POLICY": "always"})


def test_a_ticked_steps_command_follows_and_the_tick_stays(
    declared: Incident, engineer: User
) -> None:
    command = command_with(declared, " patch ")
    checklist.tick(actor=engineer, step_id=command.step_id)

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"POLICY": "always"})

    command.refresh_from_db()
    assert command.step.state == "done"
    assert "--activation-policy=always" in command.text


def test_who_looked_at_older_values_is_told_who_was_first(
    declared: Incident, engineer: User, commander: User, set_clock: SetClock
) -> None:
    seen = read_parameters(declared, []).seen
    edit_parameters(actor=engineer, incident_id=declared.pk, values={"POLICY": "always"}, seen=seen)

    with pytest.raises(Refused) as refused:
        edit_parameters(
            actor=commander, incident_id=declared.pk, values={"POLICY": "on-demand"}, seen=seen
        )

    assert refused.value.sentence == (
        "engineer changed the parameters at 03:00:00 UTC, before you did. Look at them again, then"
        " change what is left."
    )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_winner(declared: Incident, engineer: User, commander: User) -> None:
    seen = read_parameters(declared, []).seen

    answers = at_once(
        lambda: edit_parameters(
            actor=engineer, incident_id=declared.pk, values={"POLICY": "always"}, seen=seen
        ),
        lambda: edit_parameters(
            actor=commander, incident_id=declared.pk, values={"POLICY": "on-demand"}, seen=seen
        ),
    )

    assert {type(answer) for answer in answers} == {Incident, Refused}
    assert TimelineEntry.objects.filter(kind="parameters.edited").count() == 1


def test_the_list_says_who_set_what(declared: Incident, engineer: User, commander: User) -> None:
    edit_parameters(actor=engineer, incident_id=declared.pk, values={"POLICY": "always"})
    declared.refresh_from_db()

    found = read_parameters(declared, [Parameter("SERVER", about="the database server")])

    assert [(one.name, one.value, one.set_by, one.is_fixed) for one in found.lines] == [
        ("SERVER", "main", commander, False),
        ("POLICY", "always", engineer, False),
        ("PROJECT", "netra-staging", commander, True),
        ("REGION", "us-central1", commander, True),
    ]
    assert found.lines[0].about == "the database server"


def test_a_secret_is_kept_apart_and_shown_nowhere(declared: Incident, engineer: User) -> None:
    document = SOURCE.replace(b"POLICY", b"ROOT_PASSWORD")
    Incident.objects.update(revision=factories.make_revision(document, slug="with-a-secret"))

    edit_parameters(
        actor=engineer, incident_id=declared.pk, values={"ROOT_PASSWORD": "hunter2-and-more"}
    )

    declared.refresh_from_db()
    assert declared.secrets == {"ROOT_PASSWORD": "hunter2-and-more"}
    entry = declared.timeline.all()[0]
    told = f"{entry.text} {entry.data} {declared.parameters}"
    assert "hunter2-and-more" not in told
    assert "ROOT_PASSWORD" in entry.text


def test_a_loop_that_grows_shorter_keeps_what_was_run(
    declared: Incident, engineer: User, commander: User
) -> None:
    """With a value that cannot stand in a loop the lines become one that is only shown."""
    second = command_with(declared, "describe other")
    factories.make_run(second, commander, RunState.SUCCEEDED)

    edit_parameters(actor=engineer, incident_id=declared.pk, values={"SERVER": "a;b"})

    second.refresh_from_db()
    assert not second.is_runnable
    assert Run.objects.get().command == second
