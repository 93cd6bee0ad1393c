"""What belongs to the project as a whole: itself, its APIs, its certificates."""

from tests.runbook.simulator.running import Running

PROJECT = "/v1/projects/netra-staging"
CERTIFICATE = "/locations/global/certificates/netrasystems-ai-wildcard"


def test_project_is_found_by_id_and_by_number(healthy: Running) -> None:
    by_id = healthy.get(PROJECT)

    assert (by_id["projectId"], by_id["projectNumber"]) == ("netra-staging", "841234567890")
    assert healthy.get("/v1/projects/841234567890") == by_id
    assert healthy.http.get("/v1/projects/other").status_code == 403


def test_services_are_listed_by_state(healthy: Running) -> None:
    listed = healthy.get(f"{PROJECT}/services")["services"]
    enabled = healthy.get(f"{PROJECT}/services?filter=state:ENABLED")["services"]

    assert len(listed) - len(enabled) == 1
    assert {one["state"] for one in enabled} == {"ENABLED"}
    assert healthy.get(f"{PROJECT}/services/run.googleapis.com") in enabled
    assert healthy.http.get(f"{PROJECT}/services/nix.googleapis.com").status_code == 403


def test_certificates_are_listed_for_one_location_and_for_all(outage: Running) -> None:
    everywhere = outage.get(f"{PROJECT}/locations/-/certificates")
    here = outage.get(f"{PROJECT}/locations/global/certificates")
    elsewhere = outage.get(f"{PROJECT}/locations/us-central1/certificates")

    assert everywhere == here
    assert elsewhere == {}
    assert here["certificates"] == [outage.get(f"{PROJECT}{CERTIFICATE}")]
    assert here["certificates"][0]["managed"]["state"] == "PROVISIONING"
    missing = outage.http.get(f"{PROJECT}/locations/global/certificates/nix")
    assert missing.json()["error"]["status"] == "NOT_FOUND"
