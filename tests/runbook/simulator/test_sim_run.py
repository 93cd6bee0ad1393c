"""Cloud Run services, read by the real discovery client."""

from tests.runbook.simulator.running import Running

SERVICES = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services"
ANNOTATION = "run.googleapis.com/vpc-access-"


def _annotations(simulator: Running, name: str) -> dict[str, str]:
    service = simulator.get(f"{SERVICES}/{name}")
    found: dict[str, str] = service["spec"]["template"]["metadata"]["annotations"]
    return {key: value for key, value in found.items() if key.startswith(ANNOTATION)}


def test_backend_of_the_outage_has_no_connector_and_is_not_ready(outage: Running) -> None:
    with outage.client("run", "v1") as (service, http):
        services = service.namespaces().services()
        name = "namespaces/netra-staging/services/netra-backend-staging"
        found = services.get(name=name).execute(http=http)

    ready = found["status"]["conditions"][0]
    assert _annotations(outage, "netra-backend-staging") == {}
    assert (ready["type"], ready["status"]) == ("Ready", "False")
    assert (
        found["status"]["latestReadyRevisionName"] != found["status"]["latestCreatedRevisionName"]
    )


def test_auth_of_the_outage_sends_private_ranges_only(outage: Running) -> None:
    annotations = _annotations(outage, "auth-staging")

    assert annotations[f"{ANNOTATION}egress"] == "private-ranges-only"
    assert annotations[f"{ANNOTATION}connector"].endswith("/connectors/staging-connector")


def test_both_services_of_a_healthy_project_use_the_connector(healthy: Running) -> None:
    expected = {
        f"{ANNOTATION}connector": (
            "projects/netra-staging/locations/us-central1/connectors/staging-connector"
        ),
        f"{ANNOTATION}egress": "all-traffic",
    }

    for name in ("netra-backend-staging", "auth-staging"):
        assert _annotations(healthy, name) == expected


def test_region_in_front_of_the_host_counts(healthy: Running) -> None:
    here = {"host": "us-central1-run.googleapis.com"}
    abroad = {"host": "europe-west4-run.googleapis.com"}

    assert len(healthy.http.get(SERVICES, headers=here).json()["items"]) == 2
    assert "items" not in healthy.http.get(SERVICES, headers=abroad).json()
    assert healthy.http.get(f"{SERVICES}/auth-staging", headers=abroad).status_code == 404


def test_services_are_listed_by_location_too(healthy: Running) -> None:
    everywhere = healthy.get("/v1/projects/netra-staging/locations/-/services")

    assert [one["metadata"]["name"] for one in everywhere["items"]] == [
        "netra-backend-staging",
        "auth-staging",
    ]
