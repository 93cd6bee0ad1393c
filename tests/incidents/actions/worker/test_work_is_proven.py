"""What workers and people really do leaves an incident that verifies, here and elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from incidents import clock
from incidents.actions import approve, work
from incidents.models import Approval, Incident, Run, insert_only
from incidents.queries.proof import verify_bundle
from incidents.queries.proof.bundle import VERIFIER, write_bundle
from incidents.queries.proof.verification import verify_incident
from tests.incidents.actions.worker.deeds import approved, asked, command_with, run_read
from tests.support.forged_bundles import exported, forge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worked(brief_incident: Incident, commander: User, engineer: User) -> Incident:
    """A read, a change that was approved and done, one that was rejected, one that waits."""
    run_read(commander, command_with(brief_incident, "connectors describe"))
    flags = command_with(brief_incident, "sql instances patch")
    rejected = asked(commander, flags)
    approve.reject(actor=engineer, approval_id=rejected.pk, reason="not now")
    change = approved(brief_incident, commander, engineer)
    asked(commander, flags)
    work.execute_run(change.pk, worker="test")
    brief_incident.refresh_from_db()
    return brief_incident


def test_everything_verifies(worked: Incident, tmp_path: Path) -> None:
    assert sorted(Run.objects.values_list("state", flat=True)) == [
        "rejected",
        "succeeded",
        "succeeded",
        "waiting",
    ]
    verdict = verify_incident(worked.number)
    assert verdict.problems == []
    counts = verdict.counts
    assert (counts.runs, counts.plans, counts.decisions, counts.unproven) == (4, 3, 2, 0)
    assert counts.lines > 0

    file = tmp_path / "bundle.zip"
    with file.open("wb") as target:
        write_bundle(worked.number, target, at=clock.now())
    command = [sys.executable, "-I", str(VERIFIER), str(file), worked.timeline_head]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_plan_changed_under_the_approvers_is_found(worked: Incident) -> None:
    plan = Approval.objects.get(state="waiting").run.plan
    plan.after = {**plan.after, "settings": {}}
    plan.save()
    (problem,) = verify_incident(worked.number).problems
    assert problem.what == f"run {plan.run.number}, plan"
    assert problem.sentence.startswith("Changed: what is stored does not give the digest")


def found_after(incident: Incident, change: str) -> set[str]:
    """What is named once the rows were changed by hand, past all triggers; then it is undone."""
    with transaction.atomic():
        insert_only.unprotect(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {change}")
            assert cursor.rowcount > 0, change
        named = {problem.what for problem in verify_incident(incident.number).problems}
        transaction.set_rollback(True)
    return named


def test_who_asked_and_who_decided_is_held_against_the_timeline(
    worked: Incident, outsider: User
) -> None:
    assert verify_incident(worked.number).counts.unsealed == []
    approved = Approval.objects.get(state="approved")
    run, own = approved.run.number, f"WHERE id = {approved.pk}"
    approval, decision = f"approval of run {run}", f"decision of engineer about run {run}"
    changes = {
        f"incidents_approval SET decided_by_id = {outsider.pk} {own}": approval,
        f"incidents_approval SET words = 'other' {own}": approval,
        f"incidents_approval SET requirements = '[]' {own}": approval,
        f"incidents_approval SET is_emergency = NOT is_emergency {own}": approval,
        f"incidents_approval SET state = 'void' {own}": approval,
        f"incidents_decision SET roles = '[]' WHERE approval_id = {approved.pk}": decision,
        f"incidents_decision SET words = 'other' WHERE approval_id = {approved.pk}": decision,
        f"incidents_decision SET proven_at = at WHERE approval_id = {approved.pk}": decision,
        f"incidents_run SET requested_by_id = {outsider.pk} WHERE id = {approved.run_id}": (
            f"run {run}, as asked for"
        ),
        f"incidents_run SET sent_at = started_at WHERE id = {approved.run_id}": (
            f"run {run}, as it ended"
        ),
    }
    for change, named in changes.items():
        assert found_after(worked, change) == {named}, change


def test_forged_decisions_of_a_bundle_are_named(worked: Incident, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    files = exported(worked, file)
    changes = [
        ("decisions.jsonl", b'"roles":["approver"]', b'"roles":["viewer"]', "decision of engineer"),
        ("decisions.jsonl", b'"proven_at":null', b'"proven_at":"2026"', "decision of engineer"),
        ("decisions.jsonl", b'"words":"not now"', b'"words":"yes"', "decision of engineer"),
        ("approvals.jsonl", b'"is_emergency":false', b'"is_emergency":true', "approval of run"),
        ("approvals.jsonl", b'"decided_by":"engineer"', b'"decided_by":"eve"', "approval of run"),
        (
            "runs.jsonl",
            b'"requested_by":"commander"',
            b'"requested_by":"eve"',
            "run 1, as asked for",
        ),
    ]
    for name, before, after, named in changes:
        assert before in files[name], before
        forge(file, {**files, name: files[name].replace(before, after)})
        wrong, _ = verify_bundle.verify(file, worked.timeline_head)
        assert any(sentence.startswith(named) for sentence in wrong), (before, wrong)
