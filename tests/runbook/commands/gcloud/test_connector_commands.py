"""Connectors: what an update would do, what it does, and what it says when Google does not."""

from __future__ import annotations

import pytest

from runbook.cloud.errors import CloudError
from runbook.commands import running
from runbook.commands.base import Cancelled, FieldChange, Outcome
from tests.runbook.simulated import CONNECTOR, HERE, Simulated, line_of

GROUP = "gcloud compute networks vpc-access connectors"
PLACE = f"--region=us-central1 {HERE}"
NAME = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
UPDATE = f"{GROUP} update staging-connector {PLACE}"
SCALE = f"{UPDATE} --min-instances=3 --max-instances=10"
DOUBT = "It is not certain whether the change took effect: look before anyone repeats it."


def test_describe_gives_the_resource_for_checks(cloud: Simulated) -> None:
    outcome = cloud.run(f"{GROUP} describe staging-connector {PLACE}")
    assert isinstance(outcome.result, dict)
    assert outcome.result["minInstances"] == 1
    assert (outcome.state, outcome.result["name"]) == ("succeeded", NAME)


def test_list_applies_filter_and_limit(cloud: Simulated) -> None:
    assert cloud.run(f"{GROUP} list {PLACE} --filter=name:other").result == []
    found = cloud.run(f"{GROUP} list {PLACE} --filter=name:staging --limit=1").result
    assert isinstance(found, list)
    assert len(found) == 1


def test_update_plan_says_what_changes_and_that_there_is_no_undo(cloud: Simulated) -> None:
    sent = cloud.asked("PATCH", CONNECTOR)
    plan = cloud.plan(SCALE)
    assert plan.changes == (
        FieldChange("minInstances", 1, 3),
        FieldChange("maxInstances", 3, 10),
    )
    assert plan.refusals == ()
    assert plan.warnings == ("The connector's state is CREATING, not READY.",)
    assert (plan.undo, plan.why_no_undo) == (
        "",
        (
            "Connectors only scale up. Going back means to delete the connector and create it "
            "again, an outage for everything that reaches the network through it."
        ),
    )
    assert cloud.asked("PATCH", CONNECTOR) == sent


@pytest.mark.parametrize(
    ("flags", "refusals"),
    [
        ("", ("The command names nothing to change.",)),
        (
            "--min-instances=3 --max-instances=15",
            ("--max-instances=15 is outside of what Google allows: 3 to 10.",),
        ),
        (
            "--min-instances=1 --max-instances=4",
            ("--min-instances=1 is outside of what Google allows: 2 to 9.",),
        ),
        ("--min-instances=3", ("Google wants --min-instances and --max-instances together.",)),
        (
            "--min-instances=5 --max-instances=5",
            ("--min-instances=5 must be below --max-instances=5.",),
        ),
        (
            "--machine-type=e2-standard-8",
            (
                (
                    "Google does not allow machine type e2-standard-8, only f1-micro, e2-micro, "
                    "e2-standard-4."
                ),
            ),
        ),
    ],
)
def test_update_plan_names_what_google_refuses(
    cloud: Simulated, flags: str, refusals: tuple[str, ...]
) -> None:
    assert cloud.plan(f"{UPDATE} {flags}").refusals == refusals


def test_update_plan_refuses_to_scale_down(cloud: Simulated) -> None:
    assert cloud.run(SCALE).state == "succeeded"
    assert cloud.plan(f"{UPDATE} --min-instances=2 --max-instances=10").refusals == (
        "--min-instances=2 is below the current 3; connectors only scale up.",
    )


def test_update_plan_warns_of_another_machine_type(cloud: Simulated) -> None:
    plan = cloud.plan(f"{UPDATE} --machine-type=e2-standard-4")
    assert plan.warnings[0] == (
        "The connector has at least 1 instance, fewer than Google allows today: it may refuse this "
        "without --min-instances=2 and --max-instances."
    )
    assert plan.warnings[-1] == (
        "Another machine type replaces every instance of the connector; connections through it "
        "break while that goes on."
    )


def test_update_prints_like_gcloud_and_ends_with_the_resource(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    outcome = cloud.run(SCALE, plan)
    assert isinstance(outcome.result, dict)
    assert (outcome.state, outcome.message) == ("succeeded", "Updated connector staging-connector.")
    assert (outcome.result["state"], outcome.result["minInstances"]) == ("READY", 3)
    assert cloud.printed[0] == "Update request issued for: [staging-connector]"
    assert cloud.printed[1].startswith("Waiting for operation [projects/netra-staging/locations/")
    assert "Updated connector [staging-connector]." in cloud.printed
    line, session, target = line_of(SCALE), cloud.session(), cloud.target()
    assert running.verify(line, session, target, plan).verdict == "applied"


def test_update_without_plan_sends_nothing(cloud: Simulated) -> None:
    sent = cloud.asked("PATCH", CONNECTOR)
    line = line_of(SCALE)
    outcome = running.execute(line, cloud.session(), cloud.target(), cloud.emit)
    assert outcome == Outcome("failed", "Changes need an approved plan; nothing was sent.")
    assert cloud.asked("PATCH", CONNECTOR) == sent


def test_update_sends_nothing_when_the_connector_has_moved(cloud: Simulated) -> None:
    plan = cloud.plan(f"{UPDATE} --min-instances=4 --max-instances=10")
    assert cloud.run(SCALE).state == "succeeded"
    sent = cloud.asked("PATCH", CONNECTOR)
    outcome = cloud.run(f"{UPDATE} --min-instances=4 --max-instances=10", plan)
    assert (outcome.state, outcome.message) == (
        "failed",
        (
            f"{NAME} was changed since this was planned (maxInstances, maxThroughput, "
            "minInstances, minThroughput, state); nothing was sent. Plan again."
        ),
    )
    assert cloud.asked("PATCH", CONNECTOR) == sent


def test_update_with_lost_reply_is_unknown_and_sent_once(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    sent = cloud.asked("PATCH", CONNECTOR)
    cloud.arm(match=CONNECTOR, kind="reply-lost")
    outcome = cloud.run(SCALE, plan)
    assert (outcome.state, outcome.message) == (
        "unknown",
        (
            "Google's service is not available. Try again. The connection to Google broke "
            f"before an answer came. {DOUBT}"
        ),
    )
    assert cloud.asked("PATCH", CONNECTOR) == sent + 1
    found = running.probe(line_of(SCALE), cloud.session(), cloud.target(), plan)
    assert found.verdict in ("applied", "not applied")


@pytest.mark.parametrize("kind", ["drop", "503", "html"])
def test_update_is_sent_once_whatever_happens(cloud: Simulated, kind: str) -> None:
    plan = cloud.plan(SCALE)
    sent = cloud.asked("PATCH", CONNECTOR)
    cloud.arm(match=CONNECTOR, method="PATCH", kind=kind, times=0)
    outcome = cloud.run(SCALE, plan)
    assert outcome.state == "unknown"
    assert outcome.message.endswith(DOUBT)
    assert cloud.asked("PATCH", CONNECTOR) == sent + 1
    found = running.probe(line_of(SCALE), cloud.session(), cloud.target(), plan)
    assert found.verdict == "not applied"


def test_update_that_hangs_is_unknown_after_the_time_out(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    cloud.arm(match=CONNECTOR, method="PATCH", kind="hang", seconds=10)
    outcome = cloud.run(SCALE, plan, read_timeout=2.0)
    assert (outcome.state, outcome.message) == (
        "unknown",
        f"Google did not answer within 2 s. {DOUBT}",
    )


def test_update_that_google_refuses_has_certainly_failed(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    cloud.arm(match=CONNECTOR, method="PATCH", kind="403")
    outcome = cloud.run(SCALE, plan)
    assert (outcome.state, outcome.message) == (
        "failed",
        (
            f"Not allowed to use {NAME}. Google says: The caller does not have permission. "
            "The credentials need the permission vpcaccess.connectors.update."
        ),
    )


def test_update_whose_operation_fails_has_failed(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    cloud.arm(match=CONNECTOR, kind="operation-fails")
    outcome = cloud.run(SCALE, plan)
    assert outcome.state == "failed"
    assert cloud.printed[-1] == f"ERROR: {outcome.message}"


def test_update_whose_operation_never_ends_is_unknown_after_the_deadline(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    cloud.arm(match=CONNECTOR, kind="operation-never-ends")
    outcome = cloud.run(SCALE, plan, deadline=2.0)
    assert outcome.state == "unknown"
    assert outcome.message.endswith(f"was still running after 2 s. {DOUBT}")


def test_update_can_be_cancelled_while_google_works(cloud: Simulated) -> None:
    plan = cloud.plan(SCALE)
    line = line_of(SCALE)

    def emit(text: str, stream: str = "stdout") -> None:
        if "is running" in text:
            raise Cancelled("stop")

    cloud.arm(match=CONNECTOR, kind="operation-never-ends")
    outcome = running.execute(line, cloud.session(), cloud.target(), emit, plan)
    assert outcome.state == "unknown"
    assert outcome.message.startswith("Stopped waiting, but Google goes on: the operation ")
    assert outcome.message.endswith(" cannot be stopped from here.")


def test_plan_of_a_missing_connector_raises_not_found(cloud: Simulated) -> None:
    with pytest.raises(CloudError) as caught:
        cloud.plan(SCALE.replace("staging-connector", "no-such-connector"))
    assert caught.value.kind == "NOT_FOUND"
