"""Cloud Run services, read by the real discovery client."""

from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, Running, until

REVISIONS = "/apis/serving.knative.dev/v1/namespaces/netra-staging/revisions"
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


def _ready(service: Any) -> Any:
    return service["status"]["conditions"][0]


def _replaced(simulator: Running, name: str, **changes: Any) -> Any:
    """The service after a change of its template was sent, before it is rolled out."""
    service = simulator.get(f"{SERVICES}/{name}")
    service["spec"]["template"]["metadata"].pop("name", None)
    service["spec"]["template"]["spec"] |= changes
    answer = simulator.http.put(f"{SERVICES}/{name}", json=service)
    answer.raise_for_status()
    return answer.json()


def _rolled_out(simulator: Running, name: str) -> Any:
    until(lambda: _ready(simulator.get(f"{SERVICES}/{name}"))["status"] != "Unknown")
    return simulator.get(f"{SERVICES}/{name}")


def test_changed_template_becomes_a_revision_that_takes_the_traffic(healthy: Running) -> None:
    begun = _replaced(healthy, "auth-staging", timeoutSeconds=600)
    ended = _rolled_out(healthy, "auth-staging")

    made = begun["status"]["latestCreatedRevisionName"]
    assert (_ready(begun)["status"], begun["metadata"]["generation"]) == ("Unknown", 18)
    assert begun["status"]["latestReadyRevisionName"] == "auth-staging-00017-dax"
    assert (_ready(ended)["status"], ended["status"]["observedGeneration"]) == ("True", 18)
    assert ended["status"]["traffic"][0]["revisionName"] == made
    assert healthy.get(f"{REVISIONS}/{made}")["spec"]["timeoutSeconds"] == 600


def test_revision_without_its_secret_fails_and_leaves_the_traffic(outage: Running) -> None:
    _replaced(outage, "auth-staging", timeoutSeconds=600)
    ended = _rolled_out(outage, "auth-staging")

    assert (_ready(ended)["status"], _ready(ended)["reason"]) == (
        "False",
        "SecretsAccessCheckFailed",
    )
    assert "Secret projects/841234567890/secrets/database-url" in _ready(ended)["message"]
    assert ended["status"]["traffic"][0]["revisionName"] == "auth-staging-00017-dax"


def test_revision_without_its_connector_fails(healthy: Running) -> None:
    healthy.http.delete(CONNECTOR)
    until(lambda: healthy.http.get(CONNECTOR).status_code == 404)
    _replaced(healthy, "auth-staging", timeoutSeconds=600)

    assert _ready(_rolled_out(healthy, "auth-staging"))["reason"] == "VpcConnectorNotFound"


def test_traffic_moves_to_an_earlier_revision(healthy: Running) -> None:
    path = f"{SERVICES}/netra-backend-staging"
    service = healthy.get(path)
    earlier = "netra-backend-staging-00041-zol"
    service["spec"]["traffic"] = [{"revisionName": earlier, "percent": 100, "tag": "old"}]
    healthy.http.put(path, json=service).raise_for_status()
    served = _rolled_out(healthy, "netra-backend-staging")["status"]["traffic"][0]
    listed = healthy.get(
        f"{REVISIONS}?labelSelector=serving.knative.dev/service = netra-backend-staging"
    )

    assert (served["revisionName"], served["percent"]) == (earlier, 100)
    assert served["url"].startswith("https://old---netra-backend-staging-")
    active = {one["metadata"]["name"]: one["status"]["conditions"][3] for one in listed["items"]}
    assert {name: one["status"] for name, one in active.items()} == {
        "netra-backend-staging-00042-vib": "False",
        earlier: "True",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"metadata": {"name": "auth-staging", "resourceVersion": "AAYstale"}}, 409),
        ({"metadata": {"name": "other"}}, 400),
        ({"spec": {}}, 400),
        ({"spec": {"template": {}, "traffic": [{"percent": 90, "latestRevision": True}]}}, 400),
        ({"spec": {"template": {}, "traffic": [{"percent": 100}]}}, 400),
    ],
)
def test_wrong_replacement_is_refused(healthy: Running, changes: Any, code: int) -> None:
    body = healthy.get(f"{SERVICES}/auth-staging") | changes

    assert healthy.http.put(f"{SERVICES}/auth-staging", json=body).status_code == code


def test_egress_without_a_connector_is_refused(outage: Running) -> None:
    path = f"{SERVICES}/netra-backend-staging"
    service = outage.get(path)
    service["spec"]["template"]["metadata"]["annotations"][f"{ANNOTATION}egress"] = "all-traffic"

    assert outage.http.put(path, json=service).status_code == 400


def test_traffic_to_a_revision_that_is_not_there_fails(healthy: Running) -> None:
    service = healthy.get(f"{SERVICES}/auth-staging")
    service["spec"]["traffic"] = [{"revisionName": "auth-staging-00001-abc", "percent": 100}]
    healthy.http.put(f"{SERVICES}/auth-staging", json=service).raise_for_status()

    assert _ready(_rolled_out(healthy, "auth-staging"))["reason"] == "RevisionMissing"


@pytest.mark.parametrize(
    ("line", "serving"),
    [
        ({"revisionName": "netra-backend-staging-00041-zol"}, "netra-backend-staging-00041-zol"),
        ({"latestRevision": True}, "netra-backend-staging-00042-vib"),
    ],
)
def test_traffic_moves_beside_a_failed_revision_which_stays_failed(
    outage: Running, line: dict[str, Any], serving: str
) -> None:
    path = f"{SERVICES}/netra-backend-staging"
    before = outage.get(path)
    tagged = line | {"percent": 100, "tag": "moved"}
    wanted = before | {"spec": before["spec"] | {"traffic": [tagged]}}
    outage.http.put(path, json=wanted).raise_for_status()
    until(lambda: outage.get(path)["status"]["conditions"][0]["status"] != "Unknown")

    status = outage.get(path)["status"]
    ready = status["conditions"][0]
    assert (ready["status"], ready["reason"]) == ("False", "HealthCheckContainerError")
    assert status["latestReadyRevisionName"] == "netra-backend-staging-00042-vib"
    assert [one["revisionName"] for one in status["traffic"]] == [serving]


def test_newer_change_takes_the_place_of_the_one_under_way(healthy: Running) -> None:
    _replaced(healthy, "auth-staging", timeoutSeconds=600)
    second = _replaced(healthy, "auth-staging", timeoutSeconds=700)
    ended = _rolled_out(healthy, "auth-staging")

    newest = second["status"]["latestCreatedRevisionName"]
    assert ended["status"]["latestReadyRevisionName"] == newest
    assert ended["metadata"]["generation"] == 19


def test_dry_run_changes_nothing(healthy: Running) -> None:
    before = healthy.get(f"{SERVICES}/auth-staging")
    body = before | {"spec": before["spec"] | {"template": {"spec": {"containers": []}}}}
    checked = healthy.http.put(f"{SERVICES}/auth-staging?dryRun=all", json=body)

    assert checked.status_code == 200
    assert healthy.get(f"{SERVICES}/auth-staging") == before


def test_revisions_are_listed_in_pages(healthy: Running) -> None:
    first = healthy.get(f"{REVISIONS}?limit=2")
    rest = healthy.get(f"{REVISIONS}?limit=2&continue={first['metadata']['continue']}")

    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    assert "continue" not in rest["metadata"]


def test_revision_shows_what_google_adds(healthy: Running) -> None:
    revision = healthy.get(f"{REVISIONS}/auth-staging-00017-dax")
    (container,) = revision["spec"]["containers"]

    assert container["name"] == "auth-staging-1"
    assert container["startupProbe"]["tcpSocket"] == {"port": 8080}
    assert revision["metadata"]["labels"]["run.googleapis.com/startupProbeType"] == "Default"
