"""Several requests in one, as Google's own client writes them."""

from typing import Any

import google_auth_httplib2
import httplib2
from google.auth.credentials import AnonymousCredentials
from googleapiclient.http import BatchHttpRequest, HttpRequest

from tests.runbook.simulator.running import GLOBAL, PATIENCE, Running


def _batched(simulator: Running, *paths: str) -> dict[str, Any]:
    """The answer of each path, or the error, by path."""
    found: dict[str, Any] = {}
    http = google_auth_httplib2.AuthorizedHttp(
        AnonymousCredentials(), httplib2.Http(timeout=PATIENCE)
    )
    batch = BatchHttpRequest(
        callback=lambda path, answer, error: found.update({path: error or answer}),
        batch_uri=f"{simulator.address}/batch/compute/v1",
    )
    for path in paths:
        request = HttpRequest(
            http, lambda _response, content: content, f"{simulator.address}{path}", method="GET"
        )
        batch.add(request, request_id=path)
    batch.execute(http=http)
    http.close()
    return found


def test_each_part_has_its_answer(outage: Running) -> None:
    there = f"{GLOBAL}/healthChecks/staging-backend-health-check"
    missing = f"{GLOBAL}/healthChecks/nix"

    found = _batched(outage, there, missing)

    assert outage.http.get(there).content == found[there]
    assert found[missing].status_code == 404
    assert [one["path"] for one in outage.requests()[-3:]] == [there, missing, there]


def test_fault_strikes_one_part_only(outage: Running) -> None:
    paths = [f"{GLOBAL}/healthChecks", f"{GLOBAL}/networks"]
    outage.arm(match=paths[0], kind=503)

    found = _batched(outage, *paths)

    assert found[paths[0]].status_code == 503
    assert b"staging-vpc" in found[paths[1]]


def test_what_is_no_batch_is_refused(outage: Running) -> None:
    plain = outage.http.post("/batch/compute/v1", json={"a": 1})
    content = b"--x\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--x--\r\n"
    kind = {"content-type": "multipart/mixed; boundary=x"}
    nonsense = outage.http.post("/batch/compute/v1", content=content, headers=kind)

    assert (plain.status_code, nonsense.status_code) == (400, 400)
