"""What workers and people really do leaves an incident that verifies, here and elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import approve, work
from incidents.models import Approval, Incident, Run
from incidents.queries.proof.bundle import VERIFIER, write_bundle
from incidents.queries.proof.verification import verify_incident
from tests.incidents.actions.worker.deeds import approved, asked, command_with, run_read

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
