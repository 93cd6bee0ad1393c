"""The frame around a command: its target, its filters, its time-out, and words for errors."""

from __future__ import annotations

import pytest

from runbook.commands import running
from runbook.commands.base import Cancelled, NotRunnable
from tests.runbook.simulated import CONNECTOR, HERE, Simulated, line_of

DESCRIBE = (
    "gcloud compute networks vpc-access connectors describe staging-connector "
    f"--region=us-central1 {HERE}"
)
NAME = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
CERTIFICATE = f"gcloud compute ssl-certificates describe staging-netrasystems-ai-cert {HERE}"
CERTIFICATE_PATH = (
    "/compute/v1/projects/netra-staging/global/sslCertificates/staging-netrasystems-ai-cert"
)


def test_execute_applies_output_filters(cloud: Simulated) -> None:
    cloud.run(f"{DESCRIBE} | grep -E 'Instances' | head -1")
    assert cloud.printed == ["maxInstances: 3"]
    cloud.run(f"{DESCRIBE} | tail -n 2")
    assert cloud.printed == ["network: staging-vpc", "state: CREATING"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            DESCRIBE.replace(HERE, "--project=netra-production"),
            "This command names project netra-production; this incident is in netra-staging.",
        ),
        (
            DESCRIBE.replace("us-central1", "us-west1"),
            "This command names region us-west1; this incident is in us-central1.",
        ),
        (
            "curl https://example.com/",
            "example.com is not one of the hosts that staging lets probes ask.",
        ),
    ],
)
def test_commands_outside_of_the_target_are_refused_everywhere(
    cloud: Simulated, text: str, reason: str
) -> None:
    line, session, target = line_of(text), cloud.session(), cloud.target()
    assert line.command.outside(target) == reason
    with pytest.raises(NotRunnable) as caught:
        running.plan(line, session, target)
    assert caught.value.reason == reason
    assert cloud.run(text).message == f"{reason} Nothing was sent."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "403",
            (
                f"Not allowed to use {NAME}. Google says: The caller does not have permission. "
                "The credentials need the permission vpcaccess.connectors.get."
            ),
        ),
        (
            "404",
            (
                f"Not found: {NAME}. Check the name, the project and the region. "
                "Google says: Requested entity was not found."
            ),
        ),
        (
            "409",
            (
                f"Something else is being changed on {NAME}. Wait until it is done. Google says: "
                "The operation was aborted: the resource is the subject of a conflict."
            ),
        ),
        (
            "429",
            (
                "Google's quota is used up for the moment. Try again in a minute. Google says: "
                "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'."
            ),
        ),
        (
            "503",
            (
                "Google's service is not available. Try again. Google says: "
                "The service is currently unavailable."
            ),
        ),
        (
            "drop",
            (
                "Google's service is not available. Try again. "
                "The connection to Google broke before an answer came."
            ),
        ),
    ],
)
def test_failed_reads_have_a_sentence(cloud: Simulated, kind: str, words: str) -> None:
    cloud.arm(match=CONNECTOR, kind=kind, times=0)
    outcome = cloud.run(DESCRIBE)
    assert (outcome.state, outcome.message) == ("failed", words)
    assert cloud.printed == [f"ERROR: {words}"]


@pytest.mark.parametrize(("text", "path"), [(DESCRIBE, CONNECTOR), (CERTIFICATE, CERTIFICATE_PATH)])
def test_reads_that_hang_end_with_the_time_out(cloud: Simulated, text: str, path: str) -> None:
    cloud.arm(match=path, kind="hang", seconds=3)
    outcome = cloud.run(text, read_timeout=0.5)
    assert (outcome.state, outcome.message) == ("failed", "Google did not answer within 0.5 s.")


def test_time_out_in_front_of_a_command_bounds_it(cloud: Simulated) -> None:
    cloud.arm(match=CONNECTOR, kind="hang", seconds=3)
    assert cloud.run(f"timeout 0.5s {DESCRIBE}").message == "Google did not answer within 0.5 s."


@pytest.mark.parametrize(("text", "path"), [(DESCRIBE, CONNECTOR), (CERTIFICATE, CERTIFICATE_PATH)])
@pytest.mark.parametrize("kind", ["503", "drop", "429"])
def test_reads_are_tried_three_times(cloud: Simulated, text: str, path: str, kind: str) -> None:
    asked = cloud.asked("GET", path)
    cloud.arm(match=path, kind=kind, times=2)
    assert cloud.run(text).state == "succeeded"
    assert cloud.asked("GET", path) == asked + 3


def test_a_web_page_instead_of_data_is_said_to_be_one(cloud: Simulated) -> None:
    cloud.arm(match=CERTIFICATE_PATH, kind="html", times=0)
    assert cloud.run(CERTIFICATE).state == "failed"
    cloud.arm(match=CONNECTOR, kind="html", times=0)
    assert cloud.run(DESCRIBE).state == "failed"


def test_no_server_is_said_plainly(cloud: Simulated) -> None:
    outcome = cloud.run(DESCRIBE, endpoint="http://127.0.0.1:9", read_timeout=3.0)
    assert (outcome.state, outcome.message) == (
        "failed",
        "Google's service is not available. Try again. Google cannot be reached: no connection.",
    )


def test_a_cancelled_read_is_cancelled(cloud: Simulated) -> None:
    def emit(_text: str, _stream: str = "stdout") -> None:
        raise Cancelled

    outcome = running.execute(line_of(DESCRIBE), cloud.session(), cloud.target(), emit)
    assert (outcome.state, outcome.message) == ("cancelled", "Cancelled.")
