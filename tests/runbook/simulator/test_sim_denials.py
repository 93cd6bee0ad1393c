"""Refusals for want of a permission, in the words of each API."""

import pytest

from runbook.simulator.denials import denied
from tests.runbook.simulator.running import GLOBAL, INSTANCE, Running

SECRETS = "/v1/projects/p/secrets"
RUN = "/apis/serving.knative.dev/v1/namespaces/p"
SECRET_WORDS = "Permission 'secretmanager.{}' denied for resource '{}' (or it may not exist)."
RUN_WORDS = "Permission 'run.{}' denied on resource 'namespaces/p/{}' (or resource may not exist)."
COMPUTE_WORDS = "Required 'compute.{}' permission for '{}'"
PROXY = "/compute/v1/projects/p/global/targetHttpsProxies/x"


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", SECRETS, SECRET_WORDS.format("secrets.list", "projects/p")),
        ("POST", SECRETS, SECRET_WORDS.format("secrets.create", "projects/p")),
        ("GET", f"{SECRETS}/s", SECRET_WORDS.format("secrets.get", "projects/p/secrets/s")),
        (
            "POST",
            f"{SECRETS}/s:addVersion",
            SECRET_WORDS.format("versions.add", "projects/p/secrets/s"),
        ),
        (
            "GET",
            f"{SECRETS}/s/versions",
            SECRET_WORDS.format("versions.list", "projects/p/secrets/s"),
        ),
        (
            "GET",
            f"{SECRETS}/s/versions/latest:access",
            SECRET_WORDS.format("versions.access", "projects/p/secrets/s/versions/latest"),
        ),
        ("GET", f"{RUN}/services", RUN_WORDS.format("services.list", "services")),
        ("PUT", f"{RUN}/services/s", RUN_WORDS.format("services.update", "services/s")),
        ("GET", PROXY, COMPUTE_WORDS.format("targetHttpsProxies.get", PROXY[12:])),
        ("GET", PROXY[:-2], COMPUTE_WORDS.format("targetHttpsProxies.list", "projects/p")),
        (
            "POST",
            f"{PROXY}/setSslCertificates",
            COMPUTE_WORDS.format("targetHttpsProxies.setSslCertificates", PROXY[12:]),
        ),
        ("GET", "/v1/projects/p/instances", "The client is not authorized to make this request."),
        ("GET", "/v3/projects/p/timeSeries", "The caller does not have permission"),
    ],
)
def test_denial_names_the_permission(method: str, path: str, message: str) -> None:
    assert denied(method, path).message == message


def test_denial_has_the_reason_of_its_api(outage: Running) -> None:
    reasons = []
    for path in (INSTANCE, f"{GLOBAL}/networks/staging-vpc"):
        outage.arm(match=path, kind=403, retry_after=3)
        answer = outage.http.get(path)
        reasons.append(answer.json()["error"]["errors"][0]["reason"])
        assert (answer.status_code, answer.headers["retry-after"]) == (403, "3")

    assert reasons == ["notAuthorized", "forbidden"]
