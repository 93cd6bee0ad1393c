"""Connectors come and go: rules of creation, the outage of a deletion, and the way back."""

from __future__ import annotations

import pytest

from runbook.commands import running
from runbook.commands.base import Effect
from tests.runbook.simulated import HERE, REGION, Simulated, line_of

GROUP = "gcloud compute networks vpc-access connectors"
PLACE = f"--region={REGION} {HERE}"
CREATE = f"{GROUP} create spare {PLACE} --network=staging-vpc --range=10.9.0.0/28"
DELETE = f"{GROUP} delete staging-connector {PLACE}"
ABOVE = "/v1/projects/netra-staging/locations/us-central1/connectors"
NAME = "projects/netra-staging/locations/us-central1/connectors/spare"


def test_create_plans_gcloud_s_defaults_and_its_undo(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE)
    assert {change.path: change.after for change in plan.changes} == {
        "network": "staging-vpc",
        "ipCidrRange": "10.9.0.0/28",
        "minInstances": 2,
        "maxInstances": 10,
        "state": "READY",
    }
    assert (plan.before, plan.refusals) == (None, ())
    assert plan.undo == f"{GROUP} delete spare {PLACE}"


def test_create_makes_a_connector_that_verifies(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE)
    outcome = cloud.run(CREATE, plan)
    assert (outcome.state, outcome.message) == ("succeeded", "Created connector spare.")
    assert "Created connector [spare]." in cloud.printed
    line, session, target = line_of(CREATE), cloud.session(), cloud.target()
    assert running.verify(line, session, target, plan).verdict == "applied"
    assert cloud.run(plan.undo).state == "succeeded"
    assert running.probe(line, session, target, plan).verdict == "not applied"


@pytest.mark.parametrize(
    ("flags", "code", "instead"),
    [
        ("", "connector-place", ""),
        ("--range=10.8.0.0/24", "connector-range", "--range=10.8.0.0/28"),
        ("--range=10.8.0.0/28 --max-instances=15", "connector-limits", "--max-instances=10"),
        (
            "--subnet=staging-subnet --machine-type=e2-standard-8",
            "connector-machine-type",
            "--machine-type=e2-standard-4",
        ),
    ],
)
def test_create_is_cautioned_of_what_google_refuses(flags: str, code: str, instead: str) -> None:
    (caution,) = line_of(f"{GROUP} create spare {PLACE} {flags}").command.cautions()
    assert caution.code == code
    assert instead in caution.instead


def test_a_correct_create_has_no_cautions() -> None:
    assert line_of(CREATE).command.cautions() == ()


def test_update_is_cautioned_of_half_limits_and_of_going_down() -> None:
    update = f"{GROUP} update spare {PLACE}"
    codes = [
        [caution.code for caution in line_of(f"{update} {flags}").command.cautions()]
        for flags in ("--max-instances=10", "--min-instances=2 --max-instances=3")
    ]
    assert codes == [["connector-limits-together"], ["connector-only-up"]]


def test_create_of_an_existing_connector_is_refused(cloud: Simulated) -> None:
    text = CREATE.replace(" spare", " staging-connector")
    there = "The connector staging-connector exists already and is CREATING."
    first = "Only where it has to be replaced, write this first:"
    delete = f"{GROUP} delete staging-connector {PLACE}"
    assert cloud.plan(text).refusals == (f"{there} {first} {delete}",)


def test_a_failed_connector_has_to_be_deleted_first(cloud: Simulated) -> None:
    cloud.arm(match=ABOVE, method="POST", kind="operation-fails")
    assert cloud.run(CREATE).state == "failed"
    (refusal,) = cloud.plan(CREATE).refusals
    assert refusal.endswith(f"Write this first: {GROUP} delete spare {PLACE}")


def test_delete_destroys_and_says_so_in_its_plan(cloud: Simulated) -> None:
    plan = cloud.plan(DELETE)
    assert line_of(DELETE).command.effect is Effect.DESTROYS
    assert plan.after is None
    assert plan.warnings[0].startswith("An outage: ")
    assert plan.undo.startswith(f"{GROUP} create staging-connector --region={REGION} --")


def test_delete_is_undone_by_a_create_of_the_same_place(cloud: Simulated) -> None:
    assert cloud.run(CREATE).state == "succeeded"
    plan = cloud.plan(f"{GROUP} delete spare {PLACE}")
    outcome = cloud.run(f"{GROUP} delete spare {PLACE}", plan)
    assert (outcome.state, outcome.message) == ("succeeded", "Deleted connector spare.")
    line, session, target = line_of(plan.undo), cloud.session(), cloud.target()
    assert line.command.cautions() == ()
    restored = running.plan(line, session, target)
    assert cloud.run(plan.undo, restored).state == "succeeded"
    assert session.vpc_access.connector(NAME)["ipCidrRange"] == "10.9.0.0/28"


def test_delete_of_nothing_is_refused(cloud: Simulated) -> None:
    plan = cloud.plan(DELETE.replace("staging-connector", "no-such"))
    assert plan.refusals == ("There is no connector no-such in us-central1.",)


@pytest.mark.parametrize("kind", ["503", "reply-lost"])
def test_delete_is_sent_once_and_then_probed(cloud: Simulated, kind: str) -> None:
    path = f"{ABOVE}/staging-connector"
    plan, sent = cloud.plan(DELETE), cloud.asked("DELETE", path)
    cloud.arm(match=path, method="DELETE", kind=kind, times=0)
    assert cloud.run(DELETE, plan).state == "unknown"
    assert cloud.asked("DELETE", path) == sent + 1
    cloud.reset()
    found = running.probe(line_of(DELETE), cloud.session(), cloud.target(), plan)
    assert found.verdict == "not applied"


def test_a_second_change_waits_for_the_first(cloud: Simulated) -> None:
    cloud.arm(match=f"{ABOVE}/staging-connector", method="PATCH", kind="operation-never-ends")
    scale = f"{GROUP} update staging-connector {PLACE} --min-instances=3 --max-instances=10"
    assert cloud.run(scale, deadline=1.0).state == "unknown"
    warning, *_ = cloud.plan(DELETE).warnings
    assert warning.startswith("Google is still busy with the operation UpdateConnector operation-")


def test_create_warns_of_a_subnet_that_is_no_28(cloud: Simulated) -> None:
    text = f"{GROUP} create spare {PLACE} --subnet=staging-subnet"
    (warning,) = cloud.plan(text).warnings
    assert warning.endswith("Google wants a /28 that nothing else uses.")


def test_delete_names_the_services_that_are_cut_off(cloud: Simulated) -> None:
    (users,) = [one for one in cloud.plan(DELETE).warnings if one.startswith("Services that use")]
    assert "staging" in users
