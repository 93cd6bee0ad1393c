"""Reading load balancers, networks and machines: scopes, own flags, and refused lists."""

from __future__ import annotations

import pytest

from runbook.commands import registry
from runbook.commands.base import NotRunnable
from tests.runbook.simulated import HERE, PROJECT, REGION, Simulated, line_of


def listed(cloud: Simulated, command: str) -> list[str]:
    outcome = cloud.run(f"gcloud compute {command} {HERE} --format='value(name)'")
    assert outcome.state == "succeeded", outcome.message
    return cloud.stdout.split()


def refusal(command: str) -> NotRunnable:
    with pytest.raises(NotRunnable) as caught:
        registry.parse(f"gcloud compute {command} {HERE}".split())
    return caught.value


def test_lists_ask_only_the_scopes_that_are_named(cloud: Simulated) -> None:
    assert listed(cloud, "forwarding-rules list --global") == ["staging-https-forwarding-rule"]
    in_region = listed(cloud, f"forwarding-rules list --regions={REGION}")
    assert in_region == ["staging-internal-forwarding-rule"]
    assert listed(cloud, f"instances list --zones={REGION}-b") == ["staging-bastion"]
    assert len(listed(cloud, "forwarding-rules list")) == 2


def test_lists_choose_by_flags_of_their_own(cloud: Simulated) -> None:
    assert listed(cloud, "networks subnets list --network=staging-vpc") == ["staging-subnet"]
    assert listed(cloud, "networks subnets list --network=other") == []
    assert len(listed(cloud, "health-checks list --protocol=http")) == 2
    assert listed(cloud, "health-checks list --protocol=tcp") == []


def test_list_with_a_protocol_has_its_columns(cloud: Simulated) -> None:
    cloud.run(f"gcloud compute health-checks list --protocol=HTTP {HERE}")
    heading = cloud.stdout.splitlines()[0].split()
    assert heading == ["NAME", "REGION", "PROTOCOL", "HOST", "PORT", "REQUEST_PATH", "PROXY_HEADER"]


def test_list_of_a_protocol_that_does_not_exist_is_refused() -> None:
    refused = refusal("health-checks list --protocol=gopher")
    assert (refused.reason, refused.gcloud_exit) == ("Invalid health check protocol gopher.", 1)


def test_list_that_google_refuses_fails_where_gcloud_hides_it(cloud: Simulated) -> None:
    cloud.arm(match=f"/compute/v1/projects/{PROJECT}/aggregated/urlMaps", kind="403")
    outcome = cloud.run(f"gcloud compute url-maps list {HERE}")
    assert (outcome.state, cloud.stdout) == ("failed", "")
    assert "compute.urlMaps.list" in outcome.message


def test_list_without_one_scope_prints_the_rest_and_fails(cloud: Simulated) -> None:
    cloud.arm(match=f"projects/{PROJECT}/regions/{REGION}", kind="503", times=0)
    outcome = cloud.run(f"gcloud compute forwarding-rules list {HERE} --format='value(name)'")
    assert (outcome.state, cloud.stdout) == ("failed", "staging-https-forwarding-rule\n")
    assert "The list is incomplete." in outcome.message
    assert isinstance(outcome.result, list)
    assert len(outcome.result) == 1


def test_describe_of_a_network_says_how_it_was_made(cloud: Simulated) -> None:
    outcome = cloud.run(f"gcloud compute networks describe staging-vpc {HERE}")
    assert isinstance(outcome.result, dict)
    assert outcome.result["x_gcloud_subnet_mode"] == "CUSTOM"
    assert outcome.result["x_gcloud_bgp_routing_mode"] == "REGIONAL"


def test_get_health_tells_of_each_group(cloud: Simulated) -> None:
    service = "backend-services get-health staging-backend-service --global"
    outcome = cloud.run(f"gcloud compute {service} {HERE}")
    assert isinstance(outcome.result, list)
    (group,) = outcome.result
    assert isinstance(group, dict)
    assert str(group["backend"]).endswith("/instanceGroups/staging-backend")


def test_get_health_that_cannot_be_read_fails(cloud: Simulated) -> None:
    service = f"/compute/v1/projects/{PROJECT}/global/backendServices/staging-backend-service"
    cloud.arm(match=f"{service}/getHealth", kind="403")
    service = "backend-services get-health staging-backend-service --global"
    assert cloud.run(f"gcloud compute {service} {HERE}").state == "failed"


@pytest.mark.parametrize(
    ("command", "outside"),
    [
        ("url-maps list", ""),
        (f"instances list --zones={REGION}-a,{REGION}-b", ""),
        (
            "url-maps list --regions=europe-west1",
            f"This command names region europe-west1; this incident is in {REGION}.",
        ),
        (
            "networks subnets describe s1 --region=europe-west1",
            f"This command names region europe-west1; this incident is in {REGION}.",
        ),
    ],
)
def test_reads_belong_to_the_region_of_the_environment(
    cloud: Simulated, command: str, outside: str
) -> None:
    found = line_of(f"gcloud compute {command} {HERE}").command
    assert found.outside(cloud.target()) == outside


@pytest.mark.parametrize(
    "command",
    [
        f"instances list --zones={REGION}-a,{REGION}-b",
        f"backend-services list --regions={REGION}",
        "health-checks list --protocol=http --global",
        "target-https-proxies describe p1 --global",
    ],
)
def test_reads_are_written_as_they_were_read(command: str) -> None:
    line = f"gcloud compute {command} {HERE}"
    assert sorted(line_of(line).command.as_gcloud().split()) == sorted(line.split())
