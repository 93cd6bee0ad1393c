"""Bodies that Google would not read are refused in its words."""

from typing import Any

import pytest

from runbook.simulator import catalogue, discovery
from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running

CHECK = f"{GLOBAL}/healthChecks/staging-backend-health-check"
SECRETS = "/v1/projects/netra-staging/secrets"
RUN = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/auth-staging"
UNKNOWN = "Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."

WRONG = [
    (CHECK, {"colour": 1}, UNKNOWN.format(name="colour", where="resource")),
    (
        CHECK,
        {"httpHealthCheck": {"prot": 1}},
        UNKNOWN.format(name="prot", where="resource.http_health_check"),
    ),
    (CHECK, {"timeoutSec": "5s"}, "Invalid value at 'resource.timeout_sec' (TYPE_INT32), \"5s\""),
    (CHECK, {"timeoutSec": 5.5}, "Invalid value at 'resource.timeout_sec' (TYPE_INT32), 5.5"),
    (CHECK, {"type": "PING"}, "Invalid value at 'resource.type' (TYPE_ENUM), \"PING\""),
    (CHECK, {"logConfig": []}, "Invalid value at 'resource.log_config' (TYPE_MESSAGE), []"),
    (
        CHECK,
        {"sourceRegions": "x"},
        "Invalid value at 'resource.source_regions' (TYPE_LIST), \"x\"",
    ),
    (CONNECTOR, {"minInstance": 3}, UNKNOWN.format(name="minInstance", where="connector")),
    (
        INSTANCE,
        {"settings": {"databaseFlags": [{"nam": "x"}]}},
        UNKNOWN.format(name="nam", where="resource.settings.database_flags[0]"),
    ),
    (
        INSTANCE.replace("/v1/", "/sql/v1beta4/"),
        {"settings": {"storageAutoResize": "yes"}},
        "Invalid value at 'resource.settings.storage_auto_resize' (TYPE_BOOL), \"yes\"",
    ),
]


@pytest.mark.parametrize(("path", "body", "message"), WRONG)
def test_body_that_does_not_fit_is_refused(
    outage: Running, path: str, body: dict[str, Any], message: str
) -> None:
    before = outage.get(path)
    answer = outage.http.patch(path, json=body)
    error = answer.json()["error"]

    assert (answer.status_code, error["message"]) == (400, message)
    assert error["details"][0]["fieldViolations"][0]["description"] == message
    assert outage.get(path) == before


def test_every_fault_of_a_body_is_told(outage: Running) -> None:
    answer = outage.http.post(f"{SECRETS}?secretId=new", json={"a": 1, "labels": {"b": 2}})
    error = answer.json()["error"]

    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"].split("\n") == [
        UNKNOWN.format(name="a", where="secret"),
        "Invalid value at 'secret.labels.b' (TYPE_STRING), 2",
    ]


def test_body_that_is_the_message_itself_has_no_name(outage: Running) -> None:
    answer = outage.http.post(f"{SECRETS}/redis-url:addVersion", json={"pay": {}})

    assert answer.json()["error"]["message"] == (
        'Invalid JSON payload received. Unknown name "pay": Cannot find field.'
    )


def test_service_of_cloud_run_is_read_with_care(outage: Running) -> None:
    service = outage.get(RUN)
    service["spec"]["template"]["spec"]["containers"][0]["imgae"] = "x"

    assert outage.http.put(RUN, json=service).json()["error"]["message"] == UNKNOWN.format(
        name="imgae", where="service.spec.template.spec.containers[0]"
    )


@pytest.mark.parametrize(
    "body",
    [
        {"timeoutSec": "5"},
        {"timeout_sec": 5},
        {"timeoutSec": None, "checkIntervalSec": 10.0},
        {"id": 5, "logConfig": {"enable": True}},
    ],
)
def test_body_is_read_as_leniently_as_google_reads(outage: Running, body: dict[str, Any]) -> None:
    answer = outage.http.patch(CHECK, json=body)

    assert "Invalid JSON payload" not in answer.text
    assert "Invalid value at" not in answer.text


def test_every_route_that_takes_a_resource_is_described() -> None:
    bare = [
        (route.method, route.pattern)
        for route in catalogue.routes()
        if route.method in ("PATCH", "PUT") and not discovery.schema_of(route.method, route.pattern)
    ]

    assert bare == []
