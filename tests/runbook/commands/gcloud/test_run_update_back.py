"""What the plan of `run services update` says of the way back."""

from __future__ import annotations

from tests.runbook.simulated import HERE, Simulated

UPDATE = f"gcloud run services update auth-staging --region=us-central1 {HERE}"


def test_an_image_goes_back_to_the_one_that_ran_whatever_its_tag_means_by_then(
    healthy: Simulated,
) -> None:
    plan = healthy.plan(f"{UPDATE} --image=us-central1-docker.pkg.dev/netra-staging/apps/auth:new")
    assert " --image=us-central1-docker.pkg.dev/netra-staging/apps/auth@sha256:" in plan.undo


def test_a_revision_like_the_present_one_has_nothing_to_take_back(healthy: Simulated) -> None:
    plan = healthy.plan(f"{UPDATE} --memory=1Gi")
    assert [one.path.rpartition(".")[2] for one in plan.changes] == ["image"]
    assert (plan.undo, plan.why_no_undo) == (
        "",
        "The new revision runs what the present one runs, so there is nothing to take back.",
    )
