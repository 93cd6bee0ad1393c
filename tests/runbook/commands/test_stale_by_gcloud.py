"""Somebody with the real gcloud is quicker than an approved plan: nothing of ours is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runbook.commands.change_drill import Sends
from tests.runbook.simulated import HERE, PROJECT, Simulated
from tests.support.gcloud import IS_INSTALLED, Gcloud

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="gcloud is not installed")

_PLACE = f"--region=us-central1 {HERE}"
_BACKEND = "gcloud compute backend-services update staging-backend-service --global"
_PATCH = "gcloud sql instances patch netra-staging-db --quiet"
_TRAFFIC = "gcloud run services update-traffic netra-backend-staging"
_SECRET = f"--secret=redis-url {HERE}"


@pytest.mark.parametrize(
    ("planned", "quicker", "moved"),
    [
        (f"{_BACKEND} --timeout=700s {HERE}", f"{_BACKEND} --timeout=650s {HERE}", "timeoutSec"),
        (
            f"{_PATCH} --availability-type=REGIONAL {HERE}",
            f"{_PATCH} --storage-auto-increase {HERE}",
            "settings",
        ),
        (
            f"{_TRAFFIC} --to-revisions=netra-backend-staging-00041-zol=30 {_PLACE}",
            f"{_TRAFFIC} --to-revisions=netra-backend-staging-00041-zol=10 {_PLACE}",
            "spec",
        ),
        (
            f"gcloud secrets versions disable 1 {_SECRET}",
            f"gcloud secrets versions disable 1 {_SECRET}",
            "state",
        ),
        (
            f"gcloud sql instances restart netra-staging-db {HERE}",
            f"gcloud sql instances restart netra-staging-db --quiet {HERE}",
            "lastRestart",
        ),
    ],
    ids=["backend service", "instance", "traffic", "secret", "restart"],
)
def test_what_gcloud_changed_is_not_overwritten(
    healthy: Simulated, tmp_path: Path, planned: str, quicker: str, moved: str
) -> None:
    plan = healthy.plan(planned)
    ended = Gcloud(tmp_path, healthy.port, PROJECT).shell(quicker)
    assert ended.returncode == 0, ended.stderr
    sends = Sends(healthy)
    outcome = healthy.run(planned, plan)
    assert (outcome.state, sends.count()) == ("failed", 0)
    assert outcome.message.startswith(f"{plan.resource} was changed since this was planned (")
    assert moved in outcome.message
    assert outcome.message.endswith("nothing was sent. Plan again.")
