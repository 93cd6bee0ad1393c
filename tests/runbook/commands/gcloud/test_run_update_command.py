"""`run services update`: the plan, the one PUT, the wait for the revision, and the way back."""

from __future__ import annotations

import pytest

from runbook.commands import running, shell
from runbook.commands.base import FieldChange
from runbook.commands.cloud_run.resource import Resource
from runbook.commands.gcloud.run_services_update import ServiceUpdate
from tests.runbook.simulated import HERE, Simulated, line_of

SERVICE = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/auth-staging"
PLACE = f"--region=us-central1 {HERE}"
UPDATE = f"gcloud run services update auth-staging {PLACE}"
DESCRIBE = f"gcloud run services describe auth-staging {PLACE} --format=json"
CONTAINER = "spec.template.spec.containers[0]"
OF_DATABASE = "--update-env-vars=ENVIRONMENT=prod,NEW=1 --remove-secrets=JWT_SECRET --memory=2Gi"
PINNED = (
    "The image is named by the digest that runs now and no longer by its tag; the way back leaves "
    "it so."
)


def test_update_plan_names_exactly_the_fields_and_pins_the_running_image(
    healthy: Simulated,
) -> None:
    sent = healthy.asked("PUT", SERVICE)
    plan = healthy.plan(f"{UPDATE} {OF_DATABASE}")
    image, *others = plan.changes
    assert image.path == f"{CONTAINER}.image"
    assert "@sha256:" in str(image.after)
    assert others == [
        FieldChange(f"{CONTAINER}.resources.limits.memory", "1Gi", "2Gi"),
        FieldChange(f"{CONTAINER}.env.ENVIRONMENT", "staging", "prod"),
        FieldChange(f"{CONTAINER}.env.JWT_SECRET", "secret jwt-secret-staging:latest", None),
        FieldChange(f"{CONTAINER}.env.NEW", None, "1"),
    ]
    assert plan.warnings == (
        "A new revision is made and gets 100 % of the traffic when it is ready.",
        PINNED,
    )
    assert (plan.refusals, healthy.asked("PUT", SERVICE)) == ((), sent)


def test_update_makes_a_revision_and_tells_it_as_gcloud_does(healthy: Simulated) -> None:
    command = f"{UPDATE} {OF_DATABASE}"
    plan = healthy.plan(command)
    sent = healthy.asked("PUT", SERVICE)
    outcome = healthy.run(command, plan)
    assert (outcome.state, healthy.stdout) == ("succeeded", "")
    assert healthy.printed[-1].startswith(
        "Service [auth-staging] revision [auth-staging-00018-biv] has been deployed and is "
        "serving 100 percent of traffic.\nService URL: https://auth-staging-"
    )
    assert healthy.asked("PUT", SERVICE) == sent + 1
    line, session, target = line_of(command), healthy.session(), healthy.target()
    assert running.verify(line, session, target, plan).verdict == "applied"


def test_update_is_taken_back_by_its_undo(healthy: Simulated) -> None:
    command = f"{UPDATE} {OF_DATABASE} --min-instances=2 --concurrency=10"
    plan = healthy.plan(command)
    assert plan.undo == (
        "gcloud run services update auth-staging --memory=1Gi --concurrency=80 "
        "--min-instances=default --update-env-vars=ENVIRONMENT=staging "
        "--update-secrets=JWT_SECRET=jwt-secret-staging:latest --remove-env-vars=NEW "
        "--region=us-central1 --project=netra-staging"
    )
    assert healthy.run(command, plan).state == "succeeded"
    assert healthy.run(plan.undo).state == "succeeded"
    fields = {change.path for change in plan.changes if not change.path.endswith("image")}
    again = healthy.plan(command)
    assert {change.path for change in again.changes} == fields


def test_update_that_no_flag_can_spell_goes_back_to_the_former_revision() -> None:
    command = line_of(f"{UPDATE} --update-env-vars=LIST=c").command
    assert isinstance(command, ServiceUpdate)
    before: Resource = {"status": {"latestReadyRevisionName": "auth-staging-00018-biv"}}
    change = FieldChange(f"{CONTAINER}.env.LIST", "a\nb", "c")
    assert command.undo_of(before, [change]).text == (
        "gcloud run services update-traffic auth-staging --to-revisions=auth-staging-00018-biv=100 "
        "--region=us-central1 --project=netra-staging"
    )


def test_update_whose_revision_fails_says_where_the_traffic_is(cloud: Simulated) -> None:
    outcome = cloud.run(f"{UPDATE} --memory=2Gi")
    assert outcome.state == "failed"
    assert outcome.message.startswith("The revision auth-staging-00018-biv did not become ready.")
    assert outcome.message.endswith(". Traffic stays at auth-staging-00017-dax.")


def test_update_warns_of_a_connector_that_is_not_ready_and_of_missing_secrets(
    cloud: Simulated,
) -> None:
    plan = cloud.plan(f"{UPDATE} --vpc-connector=staging-connector --update-secrets=A=nobody:1")
    connector = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
    assert plan.warnings[1:] == (
        (
            f"The connector {connector} is CREATING, not READY; the new revision may not become "
            "ready."
        ),
        "There is no secret database-url:latest; the new revision would not become ready.",
        "There is no secret jwt-secret-staging:latest; the new revision would not become ready.",
        "There is no secret nobody:1; the new revision would not become ready.",
        PINNED,
    )
    missing = cloud.plan(f"{UPDATE} --vpc-connector=nobody")
    assert missing.warnings[1] == (
        "There is no connector projects/netra-staging/locations/us-central1/connectors/nobody; "
        "the new revision would not become ready."
    )


def test_secrets_in_files_are_left_alone(healthy: Simulated) -> None:
    state = healthy._control("GET", "state")
    service = state["resources"]["run/projects/netra-staging/services/auth-staging"]
    service["spec"]["template"]["spec"]["volumes"] = [
        {"name": "keys", "secret": {"secretName": "smtp-password"}}
    ]
    healthy._control("PUT", "state", state)
    refused = ("Secrets are mounted as files (keys), and those are not changed from here.",)
    assert healthy.plan(f"{UPDATE} --clear-secrets").refusals == refused
    assert healthy.plan(f"{UPDATE} --set-secrets=A=smtp-password:1").refusals == refused
    assert healthy.plan(f"{UPDATE} --remove-secrets=JWT_SECRET").refusals == ()
    reason = shell.read(f"{UPDATE} --remove-secrets=/keys/smtp", {}).reason
    assert reason == "Secrets in mounted files are not changed from here."


def test_update_refuses_what_gcloud_refuses_once_it_has_seen_the_service(
    healthy: Simulated,
) -> None:
    (conflict,) = healthy.plan(f"{UPDATE} --update-env-vars=DATABASE_URL=plain").refusals
    assert conflict == (
        "Cannot update environment variable [DATABASE_URL] to string literal because it has "
        "already been set with a different type."
    )
    (egress,) = healthy.plan(f"{UPDATE} --clear-vpc-connector").refusals
    assert egress == (
        'Cannot remove VPC connector with VPC egress set to "all-traffic". Set '
        "`--vpc-egress=private-ranges-only` as well."
    )


def test_update_sends_nothing_when_the_service_has_moved(healthy: Simulated) -> None:
    plan = healthy.plan(f"{UPDATE} --memory=2Gi")
    assert healthy.run(f"{UPDATE} --cpu=2").state == "succeeded"
    sent = healthy.asked("PUT", SERVICE)
    outcome = healthy.run(f"{UPDATE} --memory=2Gi", plan)
    assert outcome.state == "failed"
    assert "was changed since this was planned" in outcome.message
    assert healthy.asked("PUT", SERVICE) == sent


@pytest.mark.parametrize(("kind", "state"), [("409", "failed"), ("503", "unknown")])
def test_update_is_sent_once_whatever_google_says(
    healthy: Simulated, kind: str, state: str
) -> None:
    plan = healthy.plan(f"{UPDATE} --memory=2Gi")
    sent = healthy.asked("PUT", SERVICE)
    healthy.arm(match=SERVICE, method="PUT", kind=kind, times=0)
    assert healthy.run(f"{UPDATE} --memory=2Gi", plan).state == state
    assert healthy.asked("PUT", SERVICE) == sent + 1
    found = running.probe(
        line_of(f"{UPDATE} --memory=2Gi"), healthy.session(), healthy.target(), plan
    )
    assert found.verdict == "not applied"


def test_update_with_no_traffic_leaves_it_where_it_is(healthy: Simulated) -> None:
    plan = healthy.plan(f"{UPDATE} --no-traffic --cpu=2")
    assert plan.changes[-1] == FieldChange(
        "spec.traffic", {"LATEST": 100}, {"auth-staging-00017-dax": 100}
    )
    assert plan.undo == (
        "gcloud run services update auth-staging --cpu=1 --region=us-central1 "
        "--project=netra-staging\n"
        "gcloud run services update-traffic auth-staging --to-latest --region=us-central1 "
        "--project=netra-staging"
    )
    assert healthy.run(f"{UPDATE} --no-traffic --cpu=2", plan).state == "succeeded"
    assert healthy.printed[-1].endswith("and is serving 0 percent of traffic.")
    for line in plan.undo.splitlines():
        assert healthy.run(line).state == "succeeded"
    again = healthy.plan(f"{UPDATE} --no-traffic --cpu=2").changes
    assert [one.before for one in again] == ["1", {"LATEST": 100}]


@pytest.mark.parametrize(
    ("flags", "reason", "gcloud_exit"),
    [
        (
            "",
            (
                "No configuration change requested. Did you mean to include the flags "
                "`--update-env-vars`, `--memory`, `--concurrency`, `--timeout`, "
                "`--connectivity`, `--image`?"
            ),
            1,
        ),
        (
            "--update-secrets=A=jwt",
            "No secret version specified for A. Use A:latest to reference the latest version.",
            1,
        ),
        ("--update-secrets=/a/b=jwt:1", "Secrets in mounted files are not changed from here.", 0),
    ],
)
def test_update_refuses_words_in_gclouds_own(flags: str, reason: str, gcloud_exit: int) -> None:
    read = shell.read(f"{UPDATE} {flags}", {})
    assert (read.lines, read.reason, read.gcloud_exit) == ((), reason, gcloud_exit)


def test_region_is_asked_for_with_a_whole_command() -> None:
    read = shell.read(f"gcloud run services describe auth-staging {HERE}", {})
    assert read.instead == (
        "gcloud run services describe auth-staging --project=netra-staging --region=REGION"
    )


def test_describe_reads_back_and_gives_the_resource(healthy: Simulated) -> None:
    line = line_of(DESCRIBE)
    assert line_of(line.command.as_gcloud()).command == line.command
    outcome = healthy.run(DESCRIBE)
    assert isinstance(outcome.result, dict)
    assert outcome.result["kind"] == "Service"


def test_list_without_a_region_reads_all_and_back(healthy: Simulated) -> None:
    for text in (f"gcloud run services list {HERE}", f"gcloud run services list {PLACE}"):
        line = line_of(text)
        assert line_of(line.command.as_gcloud()).command == line.command
        found = healthy.run(text).result
        assert isinstance(found, list)
        assert len(found) == 2


def test_list_fails_where_google_says_no(healthy: Simulated) -> None:
    path = "/v1/projects/netra-staging/locations/-/services"
    healthy.arm(match=path, kind="403", times=0)
    outcome = healthy.run(f"gcloud run services list {HERE}")
    assert outcome.state == "failed"
