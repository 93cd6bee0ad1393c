"""A newer revision in a running incident: what follows, what stays, who may, and what is void."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents.actions import checklist, resolve
from incidents.actions.declare import declare
from incidents.actions.edit_command import edit_command
from incidents.actions.escalate import fire_due_timers
from incidents.actions.reread import reread
from incidents.models import Incident, Phase, Revision, Run, Step, StepCommand, TimelineEntry
from incidents.queries.proof.verification import verify_incident
from incidents.refusal import Refused
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import SetClock, at_once

OLD = b"""---
parameters: {SERVER: main}
escalation:
  - {after: 1h, to: [lead]}
  - {after: 2h, to: [director]}
updates: {leadership: 1h, engineering: 30m}
approval: {changes: 1 approver, expires: 30m}
components: [Shop]
---
# The database is slow

## Phase 1: Look

- [ ] Say who commands
- [ ] Ask the owner
- [ ] The server is ready
  ```bash
  gcloud sql instances describe ${SERVER} --project=${PROJECT}
  ```

## Phase 2: Mend

- [ ] Restart it
  ```bash
  gcloud sql instances restart ${SERVER} --project=${PROJECT}
  ```
- [ ] Stop it
  ```bash
  gcloud sql instances patch ${SERVER} --activation-policy=never --project=${PROJECT}
  ```
"""
NEW = b"""---
parameters: {SERVER: main, POLICY: always, TICKET: {about: where people talk}}
escalation:
  - {after: 90m, to: [lead]}
updates: {leadership: 15m}
approval: {changes: 2 approvers, expires: 10m}
components: [Shop, Mail]
---
# The database is slow

## Phase 1: Look

- [ ] Tell the owner in ${TICKET}
- [ ] Say who commands
- [ ] The server is ready

  Wait for it.
  ```bash
  gcloud sql instances describe ${SERVER} --project=${PROJECT}
  gcloud sql instances list --project=${PROJECT}
  ```

## Phase 2: Ask

- [ ] Ask the vendor

## Phase 3: Mend

- [ ] Stop it
  ```bash
  gcloud sql instances patch ${SERVER} --activation-policy=${POLICY} --project=${PROJECT}
  ```
"""
VALUES = {"TICKET": "OPS-1"}


@pytest.fixture
def declared(commander: User, set_clock: SetClock) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(OLD),
        environment=factories.make_environment(),
        severity="P1",
        title="Slow",
        parameters={},
    )


@pytest.fixture
def newer(declared: Incident) -> Revision:
    return factories.make_revision(NEW)


def take(incident: Incident, revision: Revision, actor: User) -> Incident:
    return reread(actor=actor, incident_id=incident.pk, revision_id=revision.pk, values=VALUES)


def outline(incident: Incident) -> list[tuple[str, list[str]]]:
    return [(row.title, [step.title for step in row.steps.all()]) for row in incident.phases.all()]


def step_called(incident: Incident, title: str) -> Step:
    return Step.objects.get(incident=incident, title=title)


def test_phases_steps_and_commands_are_those_of_the_revision(
    declared: Incident, newer: Revision, commander: User
) -> None:
    kept = step_called(declared, "The server is ready").pk

    take(declared, newer, commander)

    assert outline(declared) == [
        ("Look", ["Tell the owner in ${TICKET}", "Say who commands", "The server is ready"]),
        ("Ask", ["Ask the vendor"]),
        ("Mend", ["Stop it"]),
    ]
    ready = step_called(declared, "The server is ready")
    assert (ready.pk, ready.body.strip()) == (kept, "Wait for it.")
    assert [command.text.split()[3] for command in ready.commands.all()] == ["describe", "list"]
    stop = step_called(declared, "Stop it").commands.get()
    assert "--activation-policy=always" in stop.text
    declared.refresh_from_db()
    assert declared.revision == newer
    assert declared.parameters["TICKET"] == "OPS-1"
    assert [phase.state for phase in declared.phases.all()] == ["active", "pending", "pending"]


def test_positions_count_through(declared: Incident, newer: Revision, commander: User) -> None:
    take(declared, newer, commander)

    assert list(declared.phases.values_list("position", flat=True)) == [1, 2, 3]
    assert list(declared.steps.values_list("position", flat=True)) == [1, 2, 3, 4, 5]


def test_decided_steps_stay_and_where_something_happened_nothing_is_lost(
    declared: Incident, newer: Revision, commander: User, engineer: User
) -> None:
    ready = step_called(declared, "The server is ready")
    checklist.tick(actor=engineer, step_id=ready.pk)
    checklist.tick(actor=engineer, step_id=step_called(declared, "Ask the owner").pk)
    restart = step_called(declared, "Restart it").commands.get()
    run = factories.make_run(restart, engineer, RunState.SUCCEEDED)

    take(declared, newer, commander)

    assert outline(declared) == [
        (
            "Look",
            [
                "Tell the owner in ${TICKET}",
                "Say who commands",
                "Ask the owner",
                "The server is ready",
            ],
        ),
        ("Ask", ["Ask the vendor"]),
        ("Mend", ["Restart it", "Stop it"]),
    ]
    ready.refresh_from_db()
    assert (ready.state, ready.decided_by, ready.body) == ("done", engineer, "")
    assert step_called(declared, "Ask the owner").state == "done"
    left = step_called(declared, "Restart it")
    assert (left.state, left.decided_by) == ("skipped", commander)
    assert left.reason == "Not in revision 2 of the runbook any more."
    assert Run.objects.get() == run
    restart.refresh_from_db()
    assert (restart.is_runnable, restart.reason) == (False, left.reason)


def test_a_phase_that_is_gone_stays_with_what_happened_in_it(
    declared: Incident, commander: User, engineer: User
) -> None:
    checklist.tick(actor=engineer, step_id=step_called(declared, "Ask the owner").pk)
    short = factories.make_revision(b"# Short\n\n## Phase 1: Rest\n\n- [ ] Sleep\n")

    take(declared, short, commander)

    assert outline(declared) == [("Look", ["Ask the owner"]), ("Rest", ["Sleep"])]
    assert [phase.state for phase in declared.phases.all()] == ["active", "pending"]


def test_a_phase_before_one_that_has_begun_is_open_too(
    declared: Incident, newer: Revision, commander: User
) -> None:
    Phase.objects.filter(title="Look").update(state="completed", completed_at=declared.started_at)
    Phase.objects.filter(title="Mend").update(state="active")

    take(declared, newer, commander)

    assert [phase.state for phase in declared.phases.all()] == ["completed", "active", "active"]


def test_an_edit_by_hand_stands_with_the_new_text_beside_it(
    declared: Incident, newer: Revision, commander: User, engineer: User
) -> None:
    command = step_called(declared, "Stop it").commands.get()
    edit_command(
        actor=engineer,
        command_id=command.pk,
        text=command.text.replace("never", "never --format=json"),
    )

    take(declared, newer, commander)

    command.refresh_from_db()
    assert "--activation-policy=never --format=json" in command.text
    assert "--activation-policy=always" in command.written


def test_policies_clocks_and_components_follow(
    declared: Incident, newer: Revision, commander: User, set_clock: SetClock
) -> None:
    take(declared, newer, commander)

    declared.refresh_from_db()
    assert declared.approval_policy["changes"] == "2 approvers"
    assert declared.approval_expires == 600
    assert [(level.after, level.to) for level in declared.levels.all()] == [(5400, ["lead"])]
    due = {(t.kind, t.key): (t.state, t.due_at) for t in declared.timers.all()}
    assert due == {
        ("escalation", "1"): ("pending", set_clock.at + timedelta(minutes=90)),
        ("update due", "leadership"): ("pending", set_clock.at + timedelta(minutes=15)),
        ("update due", "engineering"): ("cancelled", set_clock.at + timedelta(minutes=30)),
    }
    assert [part.name for part in declared.components.all()] == ["Shop", "Mail"]


def test_a_plan_that_is_gone_is_not_overrun_and_counts_again_when_it_is_back(
    commander: User, set_clock: SetClock
) -> None:
    planned, free = b"## Phase 1: Look (2 h)\n- [ ] Look\n", b"## Phase 1: Look\n- [ ] Look\n"
    incident = declare(
        actor=commander,
        revision=factories.make_revision(planned),
        environment=factories.make_environment(),
        severity="P1",
        title="Slow",
        parameters={},
    )
    begun = set_clock.at

    states = []
    for text in (free, planned + b"\n"):
        set_clock.advance(60)
        take(incident, factories.make_revision(text), commander)
        assert fire_due_timers() == 0
        states.append([(row.state, row.due_at) for row in incident.timers.order_by("occurrence")])

    at = begun + timedelta(hours=2)
    assert states == [[("cancelled", at)], [("cancelled", at), ("pending", at)]]


def test_a_level_that_was_told_is_history(
    declared: Incident, newer: Revision, commander: User
) -> None:
    declared.levels.update(state="fired")

    take(declared, newer, commander)

    assert [level.after for level in declared.levels.all()] == [3600, 7200]


def test_approvals_are_void_and_planning_ends(
    declared: Incident, newer: Revision, commander: User, engineer: User
) -> None:
    restart = step_called(declared, "Restart it").commands.get()
    approval = factories.make_waiting_approval(restart, engineer)
    stop = step_called(declared, "Stop it").commands.get()
    planning = factories.make_run(stop, engineer, RunState.PLANNING)

    take(declared, newer, commander)

    approval.refresh_from_db()
    planning.refresh_from_db()
    assert (approval.state, approval.run.state, planning.state) == ("void", "void", "cancelled")
    assert {one["what"] for one in approval.moved} >= {"the runbook", "parameter TICKET"}
    assert planning.message == "commander took in revision 2 of the runbook. Ask again."


def test_the_timeline_names_both_digests(
    declared: Incident, newer: Revision, commander: User
) -> None:
    old = declared.revision.digest

    take(declared, newer, commander)

    entry = declared.timeline.all()[0]
    assert entry.kind == "runbook.reread"
    assert entry.text == (
        "took in revision 2 of “A runbook”; POLICY is always; TICKET is OPS-1"
        "; level 2 is not due any more"
        "; level 1 is due at 21 Nov 04:30 UTC instead of 21 Nov 04:00 UTC"
        "; the update for leadership is due at 21 Nov 03:15 UTC instead of 21 Nov 04:00 UTC"
        "; the update for engineering is not due any more"
    )
    assert (entry.data["before"], entry.data["after"]) == (old, newer.digest)


def test_a_new_parameter_without_a_value_is_asked_for(
    declared: Incident, newer: Revision, commander: User
) -> None:
    for values, words in (({}, "need a value: TICKET"), ({"TICKET": "$(id)"}, "shell")):
        with pytest.raises(Refused, match=words):
            reread(actor=commander, incident_id=declared.pk, revision_id=newer.pk, values=values)

    declared.refresh_from_db()
    assert declared.revision != newer


def test_responders_viewers_and_outsiders_are_refused(
    declared: Incident, newer: Revision, engineer: User, leader: User, outsider: User
) -> None:
    for person in (engineer, leader, outsider):
        with pytest.raises(Refused, match="commander") as refused:
            take(declared, newer, person)
        assert refused.value.status == 403


def test_only_a_newer_revision_of_the_same_runbook(declared: Incident, commander: User) -> None:
    other = factories.make_revision(NEW, slug="another")

    with pytest.raises(Refused, match="no revision of this incident's runbook"):
        take(declared, other, commander)
    with pytest.raises(Refused, match="not newer"):
        take(declared, declared.revision, commander)


def test_a_closed_incident_is_refused(declared: Incident, newer: Revision, commander: User) -> None:
    resolve.resolve(actor=commander, incident_id=declared.pk, words="Done.")

    with pytest.raises(Refused, match="is resolved"):
        take(declared, newer, commander)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_winner(declared: Incident, newer: Revision, commander: User) -> None:
    answers = at_once(*[lambda: take(declared, newer, commander)] * 2)

    assert {type(answer) for answer in answers} == {Incident, Refused}
    assert TimelineEntry.objects.filter(kind="runbook.reread").count() == 1
    assert StepCommand.objects.filter(step__incident=declared).count() == 3


def test_there_and_back_again_is_as_it_was(
    declared: Incident, newer: Revision, commander: User
) -> None:
    before = [(t, s) for t, s in outline(declared)]
    texts = list(StepCommand.objects.order_by("step__position").values_list("text", flat=True))

    take(declared, newer, commander)
    take(declared, factories.make_revision(OLD), commander)

    assert outline(declared) == before
    again = StepCommand.objects.order_by("step__position").values_list("text", flat=True)
    assert list(again) == texts


def test_incident_still_verifies_with_its_newer_source(
    declared: Incident, newer: Revision, commander: User
) -> None:
    take(declared, newer, commander)

    assert verify_incident(declared.number).problems == []
