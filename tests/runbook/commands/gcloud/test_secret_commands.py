"""Secrets: existence and state, and never the value."""

from __future__ import annotations

from tests.runbook.simulated import HERE, Simulated

ACCESS = f"gcloud secrets versions access latest {HERE}"


def test_access_tells_existence_and_never_asks_for_the_value(cloud: Simulated) -> None:
    outcome = cloud.run(f"{ACCESS} --secret=redis-url")
    assert isinstance(outcome.result, dict)
    assert (outcome.state, outcome.result["state"]) == ("succeeded", "ENABLED")
    assert cloud.printed[0] == "The value is not read: what follows is the version's metadata."
    assert "payload" not in cloud.output()
    path = "/v1/projects/netra-staging/secrets/redis-url/versions/latest"
    assert cloud.asked("GET", f"{path}:access") == 0


def test_access_of_a_missing_secret_fails_with_its_name(cloud: Simulated) -> None:
    outcome = cloud.run(f"{ACCESS} --secret=database-url")
    assert outcome.state == "failed"
    assert outcome.message.startswith(
        "Not found: projects/netra-staging/secrets/database-url/versions/latest. "
        "Check the name, the project and the region. Google says: "
    )


def test_a_refusal_is_not_taken_for_a_missing_secret(cloud: Simulated) -> None:
    cloud.arm(match="projects/netra-staging/secrets/redis-url", kind="403")
    outcome = cloud.run(f"{ACCESS} --secret=redis-url")
    assert (outcome.state, outcome.message) == (
        "failed",
        (
            "Not allowed to use projects/netra-staging/secrets/redis-url/versions/latest. "
            "Google says: Permission 'secretmanager.versions.get' denied for resource "
            "'projects/netra-staging/secrets/redis-url/versions/latest' (or it may not exist). "
            "The credentials need the permission secretmanager.versions.get."
        ),
    )
