"""`run services update-traffic`: sharing, going back, and what is refused before it is sent."""

from __future__ import annotations

import pytest

from runbook.commands import running, shell
from runbook.commands.base import FieldChange
from tests.runbook.simulated import HERE, Simulated, line_of

SERVICE = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/netra-backend-staging"
NAME = "netra-backend-staging"
OLD, NEW = f"{NAME}-00041-zol", f"{NAME}-00042-vib"
UPDATE = f"gcloud run services update-traffic {NAME} --region=us-central1 {HERE}"


def test_traffic_goes_to_a_former_revision_and_back(healthy: Simulated) -> None:
    command = f"{UPDATE} --to-revisions={OLD}=100"
    plan = healthy.plan(command)
    assert plan.changes == (
        FieldChange("spec.traffic.LATEST", 100, None),
        FieldChange(f"spec.traffic.{OLD}", None, 100),
    )
    assert plan.warnings == (
        f"Revisions that are made from now on get no traffic by themselves; the newest is {NEW}.",
    )
    assert plan.undo == (
        f"gcloud run services update-traffic {NAME} --to-latest --region=us-central1 "
        "--project=netra-staging"
    )
    assert healthy.run(command, plan).state == "succeeded"
    assert healthy.stdout == (
        f"URL: https://{NAME}-841234567890.us-central1.run.app\nTraffic:\n  100% {OLD}\n"
    )
    line, session, target = line_of(command), healthy.session(), healthy.target()
    assert running.verify(line, session, target, plan).verdict == "applied"
    assert healthy.run(plan.undo).state == "succeeded"
    assert healthy.stdout.endswith(f"  100% LATEST (currently {NEW})\n")


def test_a_share_is_taken_from_the_newest_and_put_back(healthy: Simulated) -> None:
    assert healthy.run(f"{UPDATE} --to-revisions={OLD}=10").state == "succeeded"
    plan = healthy.plan(f"{UPDATE} --to-latest")
    assert plan.undo == (
        f"gcloud run services update-traffic {NAME} --to-revisions={OLD}=10,LATEST=90 "
        "--region=us-central1 --project=netra-staging"
    )
    assert healthy.run(f"{UPDATE} --to-latest", plan).state == "succeeded"
    assert healthy.run(plan.undo).state == "succeeded"
    assert "  10% " in healthy.stdout


def test_tags_that_were_moved_taken_and_given_come_back(healthy: Simulated) -> None:
    assert healthy.run(f"{UPDATE} --set-tags=a={OLD},b={NEW}").state == "succeeded"
    command = f"{UPDATE} --set-tags=a={NEW},c={OLD} --to-revisions={OLD}=20"
    plan = healthy.plan(command)
    assert plan.undo == (
        f"gcloud run services update-traffic {NAME} --to-latest --update-tags=a={OLD},b={NEW} "
        "--remove-tags=c --region=us-central1 --project=netra-staging"
    )
    assert healthy.run(command, plan).state == "succeeded"
    assert healthy.run(plan.undo).state == "succeeded"
    assert healthy.plan(command).changes == plan.changes


def test_a_plan_without_a_change_has_no_undo(healthy: Simulated) -> None:
    plan = healthy.plan(f"{UPDATE} --to-latest")
    assert (plan.changes, plan.undo) == ((), "")
    assert plan.why_no_undo == "Nothing changes, so there is nothing to take back."


def test_tags_are_given_and_traffic_goes_to_them(healthy: Simulated) -> None:
    command = f"{UPDATE} --update-tags=old={OLD} --to-tags=old=20"
    plan = healthy.plan(command)
    assert plan.changes == (
        FieldChange("spec.traffic.LATEST", 100, 80),
        FieldChange(f"spec.traffic.{OLD}", None, 20),
        FieldChange("spec.traffic.tags.old", None, OLD),
    )
    assert healthy.run(command, plan).state == "succeeded"
    assert f"old: https://old---{NAME}-" in healthy.stdout


@pytest.mark.parametrize(
    ("flags", "refusals"),
    [
        (f"--to-revisions={OLD}=60,LATEST=50", ("Over 100% of traffic is specified.",)),
        (
            "--to-revisions=LATEST=50",
            ("Every target with traffic is updated but 100% of traffic has not been specified.",),
        ),
        (
            f"--to-revisions={NAME}-00001-abc=5",
            (f"There is no revision {NAME}-00001-abc in us-central1.",),
        ),
        (
            "--to-revisions=auth-staging-00017-dax=5",
            (f"auth-staging-00017-dax is not a revision of {NAME}.",),
        ),
        (
            "--to-tags=nobody=5",
            (f"There is no revision tagged with [nobody] in the traffic allocation for [{NAME}].",),
        ),
    ],
)
def test_plan_refuses_what_cannot_be_shared(
    healthy: Simulated, flags: str, refusals: tuple[str, ...]
) -> None:
    sent = healthy.asked("PUT", SERVICE)
    assert healthy.plan(f"{UPDATE} {flags}").refusals == refusals
    assert healthy.asked("PUT", SERVICE) == sent


def test_plan_warns_of_a_revision_that_is_not_ready(cloud: Simulated) -> None:
    plan = cloud.plan(f"{UPDATE} --to-revisions={NAME}-00043-kop=10")
    assert plan.warnings == (
        f"The revision {NAME}-00043-kop is not ready; Google does not send it traffic.",
    )


def test_traffic_as_it_is_changes_nothing(healthy: Simulated) -> None:
    plan = healthy.plan(f"{UPDATE} --to-latest")
    assert plan.warnings == ("The traffic is already shared like this; nothing would change.",)


@pytest.mark.parametrize(
    ("flags", "reason", "gcloud_exit"),
    [
        ("", "No traffic configuration change requested.", 1),
        ("--to-revisions=a=half", "Traffic percentage value half is not an integer.", 1),
        ("--to-revisions=a=101", "Traffic percentage value 101 is not between 0 and 100.", 1),
    ],
)
def test_words_are_refused_in_gclouds_own(flags: str, reason: str, gcloud_exit: int) -> None:
    read = shell.read(f"{UPDATE} {flags}", {})
    assert (read.lines, read.reason, read.gcloud_exit) == ((), reason, gcloud_exit)
