"""A restart of an instance: found again through its operations, and never taken for a start."""

from __future__ import annotations

import pytest

from runbook.commands import running
from tests.runbook.simulated import HERE, INSTANCE, Simulated, line_of

RESTART = f"gcloud sql instances restart netra-staging-db {HERE}"
PATCH = f"gcloud sql instances patch netra-staging-db {HERE}"
START = "gcloud sql instances patch netra-staging-db --activation-policy=ALWAYS"


def test_restart_plans_an_end_of_every_connection_and_no_undo(cloud: Simulated) -> None:
    plan = cloud.plan(RESTART)
    assert [change.path for change in plan.changes] == ["lastRestart"]
    assert plan.warnings[0] == ("The instance shuts down and starts again: every connection ends.")
    assert plan.why_no_undo.startswith("A restart cannot be taken back")


def test_restart_verifies_through_its_operation(cloud: Simulated) -> None:
    plan = cloud.plan(RESTART)
    line, session, target = line_of(RESTART), cloud.session(), cloud.target()
    assert running.probe(line, session, target, plan).verdict == "not applied"
    outcome = cloud.run(RESTART, plan)
    assert (outcome.state, outcome.message) == ("succeeded", "Restarted instance netra-staging-db.")
    assert running.verify(line, session, target, plan).verdict == "applied"


def test_an_approved_restart_is_not_done_twice(cloud: Simulated) -> None:
    plan = cloud.plan(RESTART)
    assert cloud.run(RESTART, plan).state == "succeeded"
    sent = cloud.asked("POST", f"{INSTANCE}/restart")
    outcome = cloud.run(RESTART, plan)
    assert (outcome.state, outcome.message.endswith("nothing was sent. Plan again.")) == (
        "failed",
        True,
    )
    assert cloud.asked("POST", f"{INSTANCE}/restart") == sent


def test_restart_of_a_stopped_instance_is_refused_with_a_start(cloud: Simulated) -> None:
    assert cloud.run(f"{PATCH} --activation-policy=NEVER").state == "succeeded"
    (refusal,) = cloud.plan(RESTART).refusals
    assert refusal.endswith(f"Write instead: {START} {HERE}")


@pytest.mark.parametrize(("kind", "verdict"), [("503", "not applied"), ("reply-lost", "differs")])
def test_restart_is_sent_once_and_then_probed(cloud: Simulated, kind: str, verdict: str) -> None:
    plan, sent = cloud.plan(RESTART), cloud.asked("POST", f"{INSTANCE}/restart")
    cloud.arm(match=f"{INSTANCE}/restart", method="POST", kind=kind)
    assert cloud.run(RESTART, plan).state == "unknown"
    assert cloud.asked("POST", f"{INSTANCE}/restart") == sent + 1
    found = running.probe(line_of(RESTART), cloud.session(), cloud.target(), plan)
    assert found.verdict in (verdict, "applied" if kind == "reply-lost" else verdict)


def test_nothing_is_sent_while_an_operation_runs(cloud: Simulated) -> None:
    plan = cloud.plan(RESTART)
    cloud.arm(match=INSTANCE, method="PATCH", kind="operation-never-ends")
    assert cloud.run(f"{PATCH} --tier=db-custom-4-8192", deadline=0.5).state == "unknown"
    for text in (RESTART, f"{PATCH} --availability-type=REGIONAL"):
        assert (
            cloud.plan(text)
            .warnings[0]
            .startswith("Google is still busy with the operation UPDATE operation-")
        )
    outcome = cloud.run(RESTART, plan)
    assert outcome.state == "failed"
    assert outcome.message.endswith("nothing was sent. Wait until it is done, then plan again.")


def test_operations_list_shows_the_newest_first(cloud: Simulated) -> None:
    assert cloud.run(RESTART).state == "succeeded"
    text = f"gcloud sql operations list --instance=netra-staging-db --limit=1 {HERE}"
    outcome = cloud.run(f"{text} --format='value(operationType,status)'")
    assert cloud.stdout == "RESTART\tDONE\n"
    assert isinstance(outcome.result, list)


def test_instances_list_shows_addresses_as_gcloud_does(cloud: Simulated) -> None:
    assert cloud.run(f"gcloud sql instances list {HERE}").state == "succeeded"
    heading, row = cloud.stdout.splitlines()[:2]
    assert heading.split() == [
        "NAME",
        "DATABASE_VERSION",
        "LOCATION",
        "TIER",
        "PRIMARY_ADDRESS",
        "PRIVATE_ADDRESS",
        "STATUS",
    ]
    assert row.split()[4] == "-"
