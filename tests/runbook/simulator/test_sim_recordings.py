"""Recorded exchanges with Google's APIs, sent to the simulator: routes, status, shape and keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from runbook.simulator.dispatch import GAP
from tests.runbook.simulator.discovery_schema import misfits
from tests.runbook.simulator.recordings import FOLDER, Exchange, body_here, exchanges
from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, Running

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="The recordings of Google's answers are not beside the checkout."
)

FAULTS = (403, 429)
HTTPS_RULE = f"{GLOBAL}/forwardingRules/staging-https-forwarding-rule"
NOT_SERVED = {
    r"\w+ .*/(addresses|backendBuckets|instanceTemplates|images|firewalls|nodeGroups|routes)\b.*": (
        "collections of Compute Engine that no command of ours reads"
    ),
    r"(POST|PATCH|DELETE) .*/(networks|subnetworks)(/[^/]+)?": "networks are read only",
    r"POST .*/(setQuicOverride|setUrlMap)": "our commands patch the proxy",
    r"\w+ .*/jobs(/[^/]+)?": "jobs of Cloud Run",
    r"\w+ .*functions.*": "not Cloud Run, though recorded with it",
    r"\w+ /v2/projects/[^/]+/locations/.*": "version 2 of Cloud Run, which gcloud does not ask",
    r"\w+ .*/users": "users of a database",
    r"(POST|PUT|DELETE) .*/instances(/[^/]+)?": "instances are neither made nor replaced here",
    r"POST .*/(clone|switchover)": "replicas",
    r"(DELETE|PATCH) .*/secrets/[^/]+": "secrets are not deleted or relabelled here",
    r"POST .*:setIamPolicy": "IAM",
    r"POST .*/serviceAccounts": "IAM",
    r"\w+ .*/serviceAccounts.*": "IAM",
    r"\w+ (/storage/|/upload/|/dns/).*": "other products",
    r"\w+ .*/(topics|buckets|alertPolicies|notificationChannels|managedZones).*": "other products",
    r"(POST|DELETE|PUT) /v1/projects(/[^/]+)?(:\w+)?": "projects are not made here",
    r"\w+ /v\d/(projects/[^/]+/services[/:].*|operations/.*)": "services are not switched here",
    r"\w+ .*/locations/global/operations/.*": "other products",
}
OTHERWISE = {
    "compute/backendServices.delete-being-used-by-grpcroute": "there are no routes of gRPC here",
    "compute/backendServices.update-operation": "its health check is of a kind given up here",
    "compute/targetHttpsProxies.patch-operation": "nobody knows who took it without a fingerprint",
    "compute/zoneOperations.get-running": "nothing zonal can be changed here",
    "compute/zoneOperations.wait-done-gcloud-client": "nothing zonal can be changed here",
    "gcloud-traces/mockcompute-backendservice-crud#6": "each of our back ends is in use",
    "gcloud-traces/mocksql-instance-mysql84#3": "the rules of tiers and editions",
    "run/v1.services.replace-labels": "its body was not recorded",
    "vpcaccess/connectors.create-subnet-operation": "its subnet is not ours",
    "sqladmin/instances.patch-invalid-tier-for-edition": "the rules of tiers and editions",
}


OTHER_SHAPE = {
    "cloudresourcemanager/projects.get-permission-denied": "an old API that lists reasons too",
    "cloudresourcemanager/projects.get-read-quota-exceeded": "an old API that lists reasons too",
    "sqladmin/instances.list-api-disabled-403": "an API that is switched off tells more",
}
MISSING = {
    ("compute.v1 BackendService", "healthChecks"): "a serverless one has none",
    ("compute.v1 BackendService", "port"): "a serverless one has none",
    ("compute.v1 BackendService", "portName"): "a serverless one has none",
    ("secretmanager.v1 Secret", "labels"): "those recorded happen to be labelled",
    ("logging.v2 ListLogEntriesResponse[]", "protoPayload"): "the recorded ones are audit entries",
    ("logging.v2 ListLogEntriesResponse[]", "operation"): "the recorded ones are audit entries",
    ("logging.v2 ListLogEntriesResponse[]", "labels"): "the recorded ones are audit entries",
}
BLANKED = "(blanked in the source)"


@dataclass(frozen=True)
class Replayed:
    """One exchange and what the simulator answered to it."""

    exchange: Exchange
    is_known: bool
    status: int
    answer: Any


@pytest.fixture(scope="module")
def replayed(healthy_server: Running) -> Iterator[list[Replayed]]:
    healthy_server.http.post("/_simulator/reset")
    yield [_replay(healthy_server, exchange) for exchange in exchanges()]
    healthy_server.http.post("/_simulator/reset")


def test_route_of_every_served_method_is_known(replayed: list[Replayed]) -> None:
    unknown = {_asked(one.exchange) for one in replayed if not one.is_known}

    assert [asked for asked in sorted(unknown) if not _reason(asked)] == []


def test_status_is_the_recorded_one(replayed: list[Replayed]) -> None:
    different = [
        (one.exchange.title, one.exchange.status, one.status, one.answer)
        for one in replayed
        if one.is_known
        and one.status != one.exchange.status
        and one.exchange.title not in OTHERWISE
    ]

    assert different == []


def test_error_has_the_recorded_shape(replayed: list[Replayed]) -> None:
    different = [
        (one.exchange.title, missing)
        for one in _alike(replayed)
        if one.status >= 400
        and one.exchange.answer != BLANKED
        and (missing := _shape(one.exchange.answer["error"]) ^ _shape(one.answer["error"]))
        and one.exchange.title not in OTHER_SHAPE
    ]

    assert different == []


def test_answer_fits_the_schema_of_its_method(replayed: list[Replayed]) -> None:
    found = [
        (one.exchange.title, misfits(one.exchange.api, one.exchange.schema, one.answer))
        for one in _alike(replayed)
        if one.status == 200 and one.exchange.schema
    ]

    assert [told for told in found if told[1]] == []
    assert len(found) > 100


def test_keys_that_google_always_sends_are_there(replayed: list[Replayed]) -> None:
    alike = [one for one in _alike(replayed) if one.status == 200 and one.exchange.schema]
    always = _always(alike)
    missing = {
        (schema, key)
        for one in alike
        for schema, answer in _resources(one.exchange, one.answer)
        for key in always.get(schema, set()) - set(answer)
    }

    assert missing - set(MISSING) == set()


def _alike(replayed: list[Replayed]) -> list[Replayed]:
    return [one for one in replayed if one.is_known and one.status == one.exchange.status]


def _shape(error: Any) -> set[str]:
    """The keys of an error and of what it lists."""
    assert isinstance(error, dict), error
    return set(error) | {f"errors.{key}" for one in error.get("errors", []) for key in one}


def _always(alike: list[Replayed]) -> dict[str, set[str]]:
    """By schema, the keys of all answers that Google gave, where there are two at least."""
    seen: dict[str, list[set[str]]] = {}
    for one in alike:
        if one.exchange.recorded == "real":
            for schema, answer in _resources(one.exchange, one.exchange.answer):
                seen.setdefault(schema, []).append(set(answer))
    return {schema: set.intersection(*found) for schema, found in seen.items() if len(found) > 1}


def _resources(exchange: Exchange, answer: Any) -> Iterator[tuple[str, Any]]:
    """An answer and, when it is a list, what it lists, each with the name of its schema."""
    schema = f"{exchange.api} {exchange.schema}"
    yield schema, answer
    is_list = schema.endswith("List")
    for items in answer.values() if is_list or schema.endswith("Response") else ():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield (schema.removesuffix("List") if is_list else f"{schema}[]"), item


def _replay(simulator: Running, exchange: Exchange) -> Replayed:
    path, body = _situation(simulator, exchange)
    answer = simulator.http.request(
        exchange.method,
        path,
        params=exchange.query,
        json=body,
        headers={"host": exchange.host},
    )
    if exchange.method != "GET" or "/operations/" in path or answer.status_code in FAULTS:
        simulator.http.post("/_simulator/reset").raise_for_status()
    return Replayed(exchange, GAP not in answer.text, answer.status_code, answer.json())


def _situation(simulator: Running, exchange: Exchange) -> tuple[str, Any]:
    """The path and the body of the request once what it needs is there."""
    path, body = exchange.path, body_here(exchange.body)
    if exchange.status in FAULTS:
        simulator.arm(match=path, kind=exchange.status)
    if path.endswith("/entries:list"):
        body = {"resourceNames": ["projects/netra-staging"]} | (body or {})
    if "/operations/" in path and exchange.status == 200:
        path = _with_operation(simulator, path)
    if path.endswith("/getHealth") and not body:
        service = simulator.get(path.removesuffix("/getHealth"))
        body = {"group": service["backends"][0]["group"]}
    if isinstance(body, dict) and exchange.method == "POST" and "name" in body:
        body["name"] = "new"
    if isinstance(body, dict) and body.get("fingerprint"):
        body["fingerprint"] = simulator.get(path)["fingerprint"]
    return path, body


def _with_operation(simulator: Running, path: str) -> str:
    """The path of an operation that is there, in the place of the recorded one."""
    before, _, after = path.partition("/operations/")
    begun = _begin(simulator, before)
    name = begun["name"].rpartition("/")[2]
    return f"{before}/operations/{name}{'/wait' if after.endswith('/wait') else ''}"


def _begin(simulator: Running, scope: str) -> Any:
    if scope.startswith("/compute/"):
        kind = "internal" if "/regions/" in scope else "https"
        rule = f"{scope}/forwardingRules/staging-{kind}-forwarding-rule"
        return simulator.http.delete(rule if "/zones/" not in scope else HTTPS_RULE).json()
    if "/locations/" in scope:
        return simulator.http.delete(CONNECTOR).json()
    return simulator.http.post(f"{INSTANCE}/restart").json()


def _asked(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path}"


def _reason(asked: str) -> str:
    return next((why for what, why in NOT_SERVED.items() if re.fullmatch(what, asked)), "")
