"""What a worker does, with the real clients against the real simulator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents import clock
from incidents.actions import approve, execute, plan, probe, resolve, work
from incidents.models import (
    Approval,
    Incident,
    Membership,
    Plan,
    Run,
    TimelineEntry,
)
from incidents.refusal import Refused
from tests.incidents.actions.worker.deeds import (
    asked,
    change_by_somebody_else,
    command_with,
    output_of,
    run_read,
)
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_declare_makes_rows_of_the_shipped_runbook(incident: Incident) -> None:
    assert [phase.planned_least for phase in incident.phases.filter(is_rollback=False)][:1] == [
        3600
    ]
    since_start = incident.levels.filter(origin="incident")
    assert [level.after for level in since_start] == [7200, 14400, 21600]
    assert incident.timers.filter(kind="escalation").count() == len(since_start)
    assert incident.levels.filter(origin="phase").count() == 2
    assert incident.components.count() >= 5
    assert incident.impact


def test_read_stores_output_checks_and_outcome(incident: Incident, commander: User) -> None:
    run = run_read(commander, command_with(incident, "connectors describe staging-connector"))

    assert run.state == "succeeded"
    assert isinstance(run.result, dict)
    assert run.result["state"] == "CREATING"
    failed = [c for c in run.checks if c["passed"] is False and c["level"] == "expect"]
    assert failed[0]["expected"] == 'state == "READY"'
    assert "CREATING" in failed[0]["found"]
    assert any("CREATING" in line for line in output_of(run))
    assert run.last_line == len(output_of(run))


def test_plan_without_a_change_still_compares_what_is_expected(
    incident: Incident, commander: User
) -> None:
    command = command_with(incident, "--activation-policy=ALWAYS")
    run = execute.request_run(actor=commander, command_id=command.pk)
    plan.plan_run(run.pk, worker="test")
    run.refresh_from_db()

    assert (run.state, [check["passed"] for check in run.checks]) == ("succeeded", [False, True])
    assert run.message == (
        "Nothing to change: the resource is already as asked. 1 check does not hold."
    )


def test_change_shows_its_plan_and_waits(incident: Incident, commander: User) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))

    shown = Plan.objects.get()
    before_after = {c["path"]: (c["before"], c["after"]) for c in shown.changes}
    assert before_after["minInstances"] == (1, 3)
    assert before_after["maxInstances"] == (3, 10)
    assert shown.why_no_undo
    assert (approval.state, approval.run.state) == ("waiting", "waiting")
    assert approval.digest == shown.digest


def test_change_is_made_once_it_is_approved(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)

    work.execute_run(approval.run_id, worker="test")
    work.execute_run(approval.run_id, worker="second delivery")

    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "succeeded", run.message
    assert all(check["passed"] for check in run.checks if check["level"] == "expect")
    again = run_read(engineer, command_with(incident, "connectors describe staging-connector"))
    assert all(check["passed"] for check in again.checks if check["level"] == "expect")
    assert TimelineEntry.objects.filter(kind="run.started", data__run=run.number).count() == 1


def test_change_without_approval_sends_nothing(
    incident: Incident, commander: User, sent: Callable[[], list[str]]
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    Run.objects.filter(pk=approval.run_id).update(state="queued")

    work.execute_run(approval.run_id, worker="test")

    run = Run.objects.get(pk=approval.run_id)
    assert (run.state, run.message) == ("void", "It has no approval.")
    assert sent() == []


def test_change_after_the_resource_moved_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    command = command_with(incident, "connectors update staging-connector")
    approval = asked(commander, command)
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    change_by_somebody_else(
        incident, command.text.replace("--max-instances=10", "--max-instances=7")
    )

    work.execute_run(approval.run_id, worker="test")

    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "void"
    assert run.message == (
        "Nothing was sent: since the approval maxInstances was 3 and is now 7;"
        " minInstances was 1 and is now 3. Plan it again."
    )


def test_change_approved_by_someone_who_lost_the_role_is_void(
    incident: Incident, commander: User, engineer: User, sent: Callable[[], list[str]]
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Membership.objects.filter(person=engineer, role="approver").delete()

    work.execute_run(approval.run_id, worker="test")

    assert Run.objects.get(pk=approval.run_id).message == (
        "engineer may not approve here any more, so 1 approver is missing."
    )
    assert sent() == []


def test_change_whose_parameters_were_edited_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Run.objects.filter(pk=approval.run_id).update(
        text=approval.run.text.replace("--max-instances=10", "--max-instances=9")
    )

    work.execute_run(approval.run_id, worker="test")

    assert Run.objects.get(pk=approval.run_id).state == "void"


def test_change_after_the_approval_ran_out_is_void(
    incident: Incident, commander: User, engineer: User
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Approval.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    work.execute_run(approval.run_id, worker="test")

    assert "expired before the change started" in Run.objects.get(pk=approval.run_id).message


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "403"}, "permission"),
        ({"kind": "404"}, "not"),
        ({"kind": "503"}, "is not available"),
        ({"kind": "html"}, ""),
        ({"kind": "drop"}, ""),
    ],
)
def test_read_that_google_refuses_fails_with_a_sentence(
    incident: Incident, commander: User, google: Simulator, fault: dict[str, Any], words: str
) -> None:
    command = command_with(incident, "sql instances describe")
    google.fail(match="/v1/projects/netra-staging/instances", times=20, **fault)

    run = run_read(commander, command)

    assert run.state == "failed"
    assert words.lower() in run.message.lower()
    assert run.message.endswith((".", ")"))
    assert len(run.message) > 30


def test_read_that_gets_no_answer_fails_in_time(
    incident: Incident, commander: User, google: Simulator, settings: SettingsWrapper
) -> None:
    settings.READ_TIMEOUT_SECONDS = 1.0
    google.fail(match="/v1/projects/netra-staging/instances", kind="hang", times=20)

    run = run_read(commander, command_with(incident, "sql instances describe"))

    assert run.state == "failed"
    assert "did not answer" in run.message


def test_change_whose_reply_is_lost_is_unknown_and_looked_at(
    incident: Incident,
    commander: User,
    engineer: User,
    google: Simulator,
    sent: Callable[[], list[str]],
) -> None:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    google.fail(
        match="/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector",
        kind="reply-lost",
        method="PATCH",
        times=1,
    )

    work.execute_run(approval.run_id, worker="test")
    run = Run.objects.get(pk=approval.run_id)
    assert run.state == "unknown", run.message
    assert sent().count("PATCH") == 1
    probe.probe_run(run.pk, worker="test")

    run.refresh_from_db()
    assert "Looked again: " in run.message
    with pytest.raises(Refused, match="unknown outcome"):
        resolve.resolve(actor=commander, incident_id=incident.pk, words="Done.")


def test_all_diagnostics_of_the_first_phase_end(incident: Incident, commander: User) -> None:
    phase = incident.phases.order_by("position")[0]
    runs = execute.request_phase_diagnostics(actor=commander, phase_id=phase.pk)

    for run in runs:
        work.execute_run(run.pk, worker="test")

    states = Run.objects.values_list("text", "state", "message")
    strange = [row for row in states if row[1] not in ("succeeded", "failed")]
    assert strange == []
    missing = Run.objects.filter(text__contains="database-url", state="failed")
    assert missing.exists()
