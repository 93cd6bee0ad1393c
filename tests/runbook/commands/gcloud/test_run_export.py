"""`run services describe --format=export`, `--platform`, and `-i` for an instance."""

from __future__ import annotations

import pytest

from runbook.commands import shell
from tests.runbook.simulated import HERE, Simulated, line_of

DESCRIBE = f"gcloud run services describe auth-staging --region=us-central1 {HERE}"


@pytest.mark.parametrize("flag", ["--format=export", "--format export"])
def test_an_export_holds_what_a_service_is_made_of(cloud: Simulated, flag: str) -> None:
    outcome = cloud.run(f"{DESCRIBE} {flag}")
    assert cloud.stdout.startswith("apiVersion: serving.knative.dev/v1\nkind: Service\n")
    assert isinstance(outcome.result, dict)
    assert "status" not in outcome.result
    metadata = outcome.result["metadata"]
    assert isinstance(metadata, dict)
    assert {"uid", "generation", "resourceVersion", "creationTimestamp"} & set(metadata) == set()


def test_an_export_is_written_and_read_back() -> None:
    command = line_of(f"{DESCRIBE} --format=export").command
    assert command.as_gcloud() == line_of(command.as_gcloud()).command.as_gcloud()
    assert "--format=export" in command.as_gcloud()


def test_only_cloud_run_itself_is_asked() -> None:
    assert line_of(f"{DESCRIBE} --platform managed").command.name == "run services describe"
    refused = shell.read(f"{DESCRIBE} --platform=gke", {})
    assert (refused.gcloud_exit, refused.lines) == (0, ())
    assert "--platform=managed" in refused.reason


@pytest.mark.parametrize("listing", ["operations", "backups"])
def test_a_letter_stands_for_the_instance(cloud: Simulated, listing: str) -> None:
    short = line_of(f"gcloud sql {listing} list -i netra-staging-db {HERE}").command
    long = line_of(f"gcloud sql {listing} list --instance netra-staging-db {HERE}").command
    assert short == long
