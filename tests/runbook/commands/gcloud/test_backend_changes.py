"""Health checks and backend services: what a change would do, does, and is refused for."""

from __future__ import annotations

import pytest

from runbook.commands import registry, running
from runbook.commands.base import Caution, FieldChange, NotRunnable
from tests.runbook.simulated import HERE, PROJECT, Simulated, line_of

GLOBAL = f"/compute/v1/projects/{PROJECT}/global"
CHECK = "staging-backend-health-check"
SERVICE = "staging-backend-service"
SERVICE_PATH = f"{GLOBAL}/backendServices/{SERVICE}"


def check(flags: str, *, protocol: str = "http") -> str:
    return f"gcloud compute health-checks update {protocol} {CHECK} {flags} --global {HERE}"


def service(flags: str, name: str = SERVICE) -> str:
    return f"gcloud compute backend-services update {name} {flags} --global {HERE}"


LIMITS = "must not be less than 1 second or greater than 300 seconds"
TOO_LONG = "The timeout (60 s) must not be above the check interval ({} s): Google refuses it."


def test_health_check_plan_and_run(cloud: Simulated) -> None:
    line = check("--check-interval=30s --timeout=20s")
    plan = cloud.plan(line)
    assert plan.changes == (
        FieldChange("checkIntervalSec", 10, 30),
        FieldChange("timeoutSec", 5, 20),
    )
    undo = f"gcloud compute health-checks update http {CHECK} --check-interval=10 --timeout=5"
    assert (plan.refusals, plan.warnings) == ((), ())
    assert plan.undo == f"{undo} --global {HERE}"
    outcome = cloud.run(line, plan)
    assert (outcome.state, cloud.stdout) == ("succeeded", "")
    link = f"https://www.googleapis.com{GLOBAL}/healthChecks/{CHECK}"
    assert cloud.printed[-1] == f"Updated [{link}]."
    found = running.verify(line_of(line), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"
    assert cloud.run(plan.undo).state == "succeeded"
    found = running.verify(line_of(line), cloud.session(), cloud.target(), plan)
    assert found.verdict == "not applied"


def test_health_check_changes_fields_of_its_protocol(cloud: Simulated) -> None:
    line = check("--port=9090 --request-path=/ready --host=a.example.com")
    plan = cloud.plan(line)
    assert [change.path for change in plan.changes] == [
        "httpHealthCheck.host",
        "httpHealthCheck.port",
        "httpHealthCheck.requestPath",
    ]
    assert cloud.run(line, plan).state == "succeeded"
    assert cloud.run(plan.undo).state == "succeeded"
    assert [change.path for change in cloud.plan(line).changes] == [
        change.path for change in plan.changes
    ]


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (check("--timeout=60s"), TOO_LONG.format(10)),
        (check("--timeout=60s --check-interval=30s"), TOO_LONG.format(30)),
        (
            check("--timeout=5s", protocol="tcp"),
            "update tcp subcommand applied to health check with protocol HTTP",
        ),
    ],
)
def test_health_check_plan_names_what_is_refused(cloud: Simulated, line: str, refusal: str) -> None:
    assert cloud.plan(line).refusals == (refusal,)


def test_health_check_cautions_a_timeout_above_the_interval() -> None:
    found = line_of(check("--timeout=60s --check-interval=30s --healthy-threshold=2")).command
    better = "--check-interval=60s --timeout=60s --healthy-threshold=2"
    assert found.cautions() == (
        Caution("timeout-above-interval", TOO_LONG.format(30), check(better)),
    )
    assert line_of(check(better)).command.cautions() == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (check(""), "At least one property must be modified."),
        (service(""), "At least one property must be modified."),
        (
            check("--timeout=301s"),
            f"[--timeout] {LIMITS}; received: [301] seconds.",
        ),
        (
            check("--healthy-threshold=11"),
            "[--healthy-threshold] must be an integer between 1 and 10, inclusive; received: [11].",
        ),
    ],
)
def test_words_that_gcloud_refuses_before_it_asks(line: str, reason: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        registry.parse(line.split())
    assert (caught.value.reason, caught.value.gcloud_exit) == (reason, 1)


def test_service_plan_and_run(cloud: Simulated) -> None:
    line = service("--timeout=600s")
    plan = cloud.plan(line)
    assert plan.changes == (FieldChange("timeoutSec", 30, 600),)
    assert (plan.refusals, plan.undo) == ((), service("--timeout=30s"))
    assert cloud.run(line, plan).state == "succeeded"
    again = cloud.run(f"{line} --format='value(name,timeoutSec)'")
    assert again.message == f"{SERVICE} already is as wanted; nothing was sent."
    assert cloud.printed[0] == f"No change requested; skipping update for [{SERVICE}]."
    assert cloud.stdout == f"{SERVICE}\t600\n"


def test_service_before_cloud_run_has_no_timeout(cloud: Simulated) -> None:
    (refusal,) = cloud.plan(service("--timeout=600s", "netra-backend-staging")).refusals
    assert refusal.startswith("Timeout sec is not supported for a backend service with Serverless")
    drained = cloud.plan(service("--connection-draining-timeout=60s", "netra-backend-staging"))
    assert drained.refusals == ()


def test_service_that_moved_is_not_changed(cloud: Simulated) -> None:
    plan = cloud.plan(service("--timeout=600s"))
    assert cloud.run(service("--connection-draining-timeout=60s")).state == "succeeded"
    sent = cloud.asked("PATCH", SERVICE_PATH)
    outcome = cloud.run(service("--timeout=600s"), plan)
    assert outcome.state == "failed"
    assert "was changed since this was planned" in outcome.message
    assert cloud.asked("PATCH", SERVICE_PATH) == sent


@pytest.mark.parametrize("kind", ["drop", "503", "html"])
def test_service_change_is_sent_once_whatever_happens(cloud: Simulated, kind: str) -> None:
    plan = cloud.plan(service("--timeout=600s"))
    sent = cloud.asked("PATCH", SERVICE_PATH)
    cloud.arm(match=SERVICE_PATH, method="PATCH", kind=kind, times=0)
    assert cloud.run(service("--timeout=600s"), plan).state == "unknown"
    assert cloud.asked("PATCH", SERVICE_PATH) == sent + 1


def test_service_change_that_google_refuses_has_failed(cloud: Simulated) -> None:
    plan = cloud.plan(service("--timeout=600s"))
    cloud.arm(match=SERVICE_PATH, method="PATCH", kind="403")
    outcome = cloud.run(service("--timeout=600s"), plan)
    assert outcome.state == "failed"
    assert "compute.backendServices.update" in outcome.message


def test_service_change_whose_operation_fails_has_failed(cloud: Simulated) -> None:
    plan = cloud.plan(service("--timeout=600s"))
    cloud.arm(match=SERVICE_PATH, kind="operation-fails")
    assert cloud.run(service("--timeout=600s"), plan).state == "failed"


def test_health_check_warns_of_what_takes_back_ends_out(cloud: Simulated) -> None:
    flags = "--timeout=2s --unhealthy-threshold=1 --healthy-threshold=9 --port=81 --request-path=/x"
    assert cloud.plan(check(flags)).warnings == (
        "A back end that takes longer than 2 s to answer fails the check; so far it had 5 s.",
        "Good checks in a row that bring a back end back: 9, so far 2.",
        "Failed checks in a row that take a back end out: 1, so far 2.",
        "Another port is checked: back ends that do not answer there are taken out.",
        "Another requestPath is checked: back ends that do not answer there are taken out.",
    )
    assert cloud.plan(check("--timeout=5s --check-interval=12s")).warnings == ()
