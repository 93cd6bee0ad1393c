"""`--limit` beside `--filter` and `--sort-by`, `--flatten` of one resource, `--uri`, states."""

from __future__ import annotations

import pytest

from tests.runbook.simulated import HERE, Simulated, line_of

ALL = "value(name)"
NETWORK = "projects/netra-staging/global/networks/staging-vpc"


@pytest.mark.parametrize(
    ("listing", "field", "flags"),
    [
        ("services list", "config.name", "--sort-by=~config.name"),
        ("secrets list", "name", "--sort-by=name"),
    ],
)
def test_google_counts_before_gcloud_sorts(
    cloud: Simulated, listing: str, field: str, flags: str
) -> None:
    def names(more: str) -> list[str]:
        cloud.run(f"gcloud {listing} {HERE} --format='value({field})' {more}")
        return cloud.stdout.split()

    assert sorted(names(f"{flags} --limit=2")) == sorted(names("")[:2])


def test_google_counts_services_before_gcloud_filters(cloud: Simulated) -> None:
    cloud.run(f"gcloud services list {HERE} --filter=config.name:vpcaccess --limit=2")
    assert cloud.stdout == ""


def test_a_filter_comes_before_the_limit_elsewhere(cloud: Simulated) -> None:
    cloud.run(f"gcloud secrets list {HERE} --filter=name:smtp --limit=1 --format='{ALL}'")
    assert cloud.stdout == "smtp-password\n"


def test_one_resource_is_flattened_and_its_result_stays_whole(cloud: Simulated) -> None:
    describe = f"gcloud compute url-maps describe staging-url-map {HERE}"
    outcome = cloud.run(
        f"{describe} --flatten='hostRules[].hosts[]' --format='value(name,hostRules.hosts)'"
    )
    assert cloud.stdout.splitlines() == [
        "staging-url-map\tstaging.netrasystems.ai",
        "staging-url-map\tapi-staging.netrasystems.ai",
    ]
    assert isinstance(outcome.result, dict)
    assert isinstance(outcome.result["hostRules"], list)


def test_the_state_of_a_version_is_gclouds_word_in_columns_only(cloud: Simulated) -> None:
    listing = f"gcloud secrets versions list redis-url {HERE}"
    cloud.run(f"{listing} --filter=state=ENABLED --format='csv(name,state)'")
    assert cloud.stdout == "name,state\n1,enabled\n"
    cloud.run(f"{listing} --format='json(state)'")
    assert '"state": "ENABLED"' in cloud.stdout


def test_uri_prints_addresses_and_the_result_keeps_the_resources(cloud: Simulated) -> None:
    outcome = cloud.run(f"gcloud compute networks list {HERE} --uri")
    address = f"https://www.googleapis.com/compute/v1/{NETWORK}"
    assert cloud.stdout == f"{address}\n"
    assert isinstance(outcome.result, list)
    assert [item["name"] for item in outcome.result if isinstance(item, dict)] == ["staging-vpc"]


def test_uri_is_written_and_read_back() -> None:
    command = line_of(f"gcloud secrets list {HERE} --uri").command
    assert line_of(command.as_gcloud()).command == command
