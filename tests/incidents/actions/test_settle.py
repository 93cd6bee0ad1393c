"""A person decides about an unknown outcome, or leaves it; nothing is sent for it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import locks, resolve, settle
from incidents.models import Incident, Plan, Run, StepCommand, TimelineEntry
from incidents.refusal import Refused
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import at_once

BACK = factories.UPDATE.replace("--max-instances=10", "--max-instances=4")


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident))
    return factories.make_command(step, text=factories.UPDATE, effect="changes")


@pytest.fixture
def run(command: StepCommand, commander: User) -> Run:
    """Sent, and nobody knows what came of it."""
    lock = locks.lock_name(command.step.incident.environment, command.resource)
    run = factories.make_run(
        command, commander, RunState.UNKNOWN, lock_name=lock, sent_at=clock.now()
    )
    Plan.objects.create(
        run=run,
        resource=run.resource,
        changes=[{"path": "maxInstances", "before": 4, "after": 10}],
        undo=BACK,
        digest="d",
        created_at=clock.now(),
    )
    return run


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        ("applied", "succeeded", "was applied: The console shows it."),
        ("not-applied", "failed", "was not applied: The console shows it."),
    ],
)
def test_verdict_ends_the_run(
    run: Run, engineer: User, outcome: settle.Outcome, state: str, words: str
) -> None:
    settled = settle.settle_unknown(
        actor=engineer, run_id=run.pk, outcome=outcome, reason="The console shows it."
    )

    assert (settled.state, settled.message) == (
        state,
        f"Decided by a person that the change {words}",
    )


def test_verdict_undo_settles_and_asks_for_the_undo_at_once(run: Run, engineer: User) -> None:
    settled = settle.settle_unknown(
        actor=engineer, run_id=run.pk, outcome="undo", reason="It made it worse."
    )

    undo = Run.objects.get(undoes=run)
    assert (settled.state, undo.state, undo.text) == ("succeeded", "planning", BACK)
    assert (undo.requested_by, undo.reason) == (engineer, "It made it worse.")


def test_verdict_undo_without_an_undo_settles_nothing(run: Run, engineer: User) -> None:
    Plan.objects.update(undo="", why_no_undo="Connectors only scale up.")

    with pytest.raises(Refused, match="only scale up"):
        settle.settle_unknown(actor=engineer, run_id=run.pk, outcome="undo", reason="Worse.")

    assert Run.objects.get().state == "unknown"


def test_left_run_stands_in_nobodys_way_and_can_be_settled_later(
    run: Run, commander: User, engineer: User
) -> None:
    left = settle.settle_unknown(
        actor=engineer, run_id=run.pk, outcome="leave", reason="The API is gone."
    )

    assert (left.state, left.left_by) == ("unknown", engineer)
    assert TimelineEntry.objects.get(kind="run.left").text == (
        "leaves the outcome of run 1 unknown: The API is gone."
    )
    with pytest.raises(Refused, match="left as it is already"):
        settle.settle_unknown(actor=engineer, run_id=run.pk, outcome="leave", reason="Again.")
    later = settle.settle_unknown(
        actor=commander, run_id=run.pk, outcome="not-applied", reason="The API is back."
    )
    assert later.state == "failed"


def test_incident_is_resolved_once_the_unknown_run_is_left(run: Run, commander: User) -> None:
    with pytest.raises(Refused, match="Decide about it, or leave it as it is"):
        resolve.resolve(actor=commander, incident_id=run.incident_id, words="It is back.")
    settle.settle_unknown(actor=commander, run_id=run.pk, outcome="leave", reason="Gone.")

    closed = resolve.resolve(actor=commander, incident_id=run.incident_id, words="It is back.")

    assert closed.state == "resolved"


@pytest.fixture
def left(run: Run, commander: User) -> Run:
    """In an incident that was resolved without knowing."""
    settle.settle_unknown(actor=commander, run_id=run.pk, outcome="leave", reason="Gone.")
    resolve.resolve(actor=commander, incident_id=run.incident_id, words="It is back.")
    return run


def test_what_was_left_is_settled_after_the_end(
    left: Run, engineer: User, leader: User, outsider: User
) -> None:
    for person in (leader, outsider):
        with pytest.raises(Refused, match="may not settle runs in staging") as refused:
            settle.settle_unknown(actor=person, run_id=left.pk, outcome="applied", reason="Seen.")
        assert refused.value.status == 403

    settled = settle.settle_unknown(
        actor=engineer, run_id=left.pk, outcome="applied", reason="The log has it."
    )

    assert (settled.state, settled.incident.state) == ("succeeded", "resolved")
    assert TimelineEntry.objects.latest("number").kind == "run.succeeded"
    with pytest.raises(Refused, match="nothing to decide"):
        settle.settle_unknown(
            actor=engineer, run_id=left.pk, outcome="not-applied", reason="It has not."
        )


def test_nothing_is_taken_back_after_the_end(left: Run, engineer: User) -> None:
    with pytest.raises(Refused, match="in an incident of its own"):
        settle.settle_unknown(actor=engineer, run_id=left.pk, outcome="undo", reason="Worse.")

    assert Run.objects.get().state == "unknown"


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SUCCEEDED])
def test_only_unknown_runs_are_settled(run: Run, engineer: User, state: RunState) -> None:
    Run.objects.update(state=state)

    with pytest.raises(Refused, match="nothing to decide"):
        settle.settle_unknown(actor=engineer, run_id=run.pk, outcome="applied", reason="I saw it.")


def test_viewer_settles_nothing(run: Run, leader: User) -> None:
    with pytest.raises(Refused) as refused:
        settle.settle_unknown(actor=leader, run_id=run.pk, outcome="applied", reason="I saw it.")

    assert refused.value.status == 403


@pytest.mark.django_db(transaction=True)
def test_of_two_verdicts_at_once_one_stands(run: Run, commander: User, engineer: User) -> None:
    answers = at_once(
        lambda: settle.settle_unknown(
            actor=commander, run_id=run.pk, outcome="applied", reason="I saw it."
        ),
        lambda: settle.settle_unknown(
            actor=engineer, run_id=run.pk, outcome="not-applied", reason="I did not."
        ),
    )

    assert {type(answer) for answer in answers} == {Run, Refused}
    assert TimelineEntry.objects.filter(kind__in=["run.succeeded", "run.failed"]).count() == 1


def test_look_again_asks_once_at_a_time(run: Run, engineer: User, leader: User) -> None:
    with pytest.raises(Refused, match="A worker is looking already"):
        settle.look_again(actor=engineer, run_id=run.pk)
    Run.objects.update(probed_at=clock.now())
    with pytest.raises(Refused):
        settle.look_again(actor=leader, run_id=run.pk)

    assert settle.look_again(actor=engineer, run_id=run.pk).probed_at is None

    with pytest.raises(Refused, match="A worker is looking already"):
        settle.look_again(actor=engineer, run_id=run.pk)
