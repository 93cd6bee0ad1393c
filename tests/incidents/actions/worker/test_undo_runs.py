"""Taking changes back, with the real clients against the real simulator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from incidents import ledger
from incidents.actions import approve, execute, plan, undo, work
from incidents.models import Approval, Incident, Run, TimelineEntry
from incidents.queries.undo import undo_by_phase
from incidents.refusal import Refused
from runbook.commands import shell
from tests.incidents.actions.worker.deeds import approved, command_with, output_of, run_read
from tests.incidents.conftest import at_once
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

FLAGS = "--database-flags=work_mem=8192"
PATCH = "gcloud sql instances patch netra-staging-db"


@pytest.fixture
def incident(brief_incident: Incident, google: Simulator) -> Incident:
    """Its database is in order, so that it can be patched."""
    google.change_resource(
        "sql/projects/netra-staging/instances/netra-staging-db", state="RUNNABLE"
    )
    return brief_incident


@pytest.fixture
def changed(incident: Incident, commander: User, engineer: User) -> Run:
    """A patch of the database's flags that was made; it takes two commands to take it back."""
    run = execute.request_run(actor=commander, command_id=command_with(incident, FLAGS).pk)
    return made(run, engineer)


def made(run: Run, approver: User) -> Run:
    plan.plan_run(run.pk, worker="test")
    approval = Approval.objects.get(run=run)
    approve.approve(actor=approver, approval_id=approval.pk, digest=approval.digest)
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    assert run.state == "succeeded", run.message
    return run


def back(run: Run, person: User) -> Run:
    return undo.request_undo(actor=person, run_id=run.pk, reason="It made it worse.")


def test_undo_is_planned_approved_and_run_part_by_part(
    changed: Run, commander: User, engineer: User, sent: Callable[[], list[str]]
) -> None:
    lines = changed.plan.undo.splitlines()
    assert len(lines) == 2
    first = back(changed, commander)
    assert (first.undoes, first.undo_part, first.text) == (changed, 1, lines[0])
    assert first.command == changed.command
    with pytest.raises(Refused, match="Its undo is under way: run 2 is planning"):
        back(changed, engineer)

    made(first, engineer)
    second = made(back(changed, commander), engineer)

    assert (second.undo_part, second.text) == (2, lines[1])
    assert (first.checks, second.checks) == ([], [])
    with pytest.raises(Refused, match="has been taken back already, by run 3"):
        back(changed, commander)
    phase = undo_by_phase(changed.incident)[changed.command.step.phase_id]
    assert [undoing.is_undone for undoing in phase.changes] == [True]
    texts = TimelineEntry.objects.filter(kind="run.undo_requested").order_by("number")
    assert [entry.data["undoes"] for entry in texts] == [1, 1]
    assert sent() == ["PATCH"] * 2


def test_undo_that_failed_can_be_asked_for_again(changed: Run, commander: User) -> None:
    Run.objects.filter(pk=back(changed, commander).pk).update(state="failed")

    assert back(changed, commander).undo_part == 1


def test_undo_of_an_undo_is_a_new_plan(changed: Run, commander: User, engineer: User) -> None:
    first = made(back(changed, commander), engineer)

    with pytest.raises(Refused, match="is an undo itself"):
        back(first, commander)


def test_change_without_an_undo_says_why(
    incident: Incident, commander: User, engineer: User
) -> None:
    run = approved(incident, commander, engineer)
    with pytest.raises(Refused, match="only a change that was made"):
        back(run, commander)
    work.execute_run(run.pk, worker="test")

    with pytest.raises(Refused) as refused:
        back(run, commander)

    run.refresh_from_db()
    assert refused.value.sentence == run.plan.why_no_undo


def test_read_has_nothing_to_take_back(incident: Incident, commander: User) -> None:
    run = run_read(commander, command_with(incident, "connectors describe"))

    with pytest.raises(Refused, match="changed nothing"):
        back(run, commander)


def test_viewer_asks_for_no_undo_and_nobody_without_a_reason(
    changed: Run, leader: User, commander: User
) -> None:
    with pytest.raises(Refused) as refused:
        back(changed, leader)
    assert refused.value.status == 403
    with pytest.raises(Refused, match="Say why"):
        undo.request_undo(actor=commander, run_id=changed.pk, reason=" ")


def test_two_who_ask_at_once_get_one_undo(changed: Run, commander: User, engineer: User) -> None:
    answers = at_once(lambda: back(changed, commander), lambda: back(changed, engineer))

    assert {type(answer) for answer in answers} == {Run, Refused}
    assert Run.objects.filter(undoes=changed).count() == 1


def test_end_of_a_run_carries_the_digests_of_what_it_gave(
    incident: Incident, commander: User
) -> None:
    run = run_read(commander, command_with(incident, "connectors describe"))

    lines = "\n".join(output_of(run)).encode()
    assert run.output_digest == hashlib.sha256(lines).hexdigest()
    entry = TimelineEntry.objects.get(kind="run.succeeded")
    assert entry.data.pop("seals").keys() == {f"run {run.number}, as it ended"}
    assert entry.data == {
        "run": run.number,
        "state": "succeeded",
        "output": run.output_digest,
        "lines": run.last_line,
        "result": ledger.digest_of_json(run.result),
        "checks": ledger.digest_of_json(run.checks),
    }


def test_digest_goes_over_the_lines_of_all_attempts(incident: Incident, commander: User) -> None:
    command = command_with(incident, "connectors describe")
    run = execute.request_run(actor=commander, command_id=command.pk)
    run.output.create(first=1, last=2, text="from a worker\nthat died", at=run.requested_at)
    Run.objects.filter(pk=run.pk).update(last_line=2, attempt=1)

    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    kept = output_of(run)
    assert kept[:2] == ["from a worker", "that died"]
    assert run.last_line == len(kept)
    assert run.output_digest == hashlib.sha256("\n".join(kept).encode()).hexdigest()


def test_every_line_of_an_undo_reads_as_one_change(changed: Run) -> None:
    for line in changed.plan.undo.splitlines():
        assert len(shell.read(line, {}).lines) == 1
