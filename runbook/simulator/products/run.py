"""Cloud Run, API v1: services, read only, in Knative's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource

_LONG_AGO = "2026-01-12T09:41:07.220184Z"
_REGIONAL_HOST = "-run.googleapis.com"
_API = {"apiVersion": "serving.knative.dev/v1"}


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    return {
        f"run/projects/{place.project}/services/{name}": _service(name, body, place)
        for name, body in section.items()
    }


def get_service(call: Call) -> Resource:
    name = call.params["service"]
    found = call.store.get(f"run/projects/{call.store.place.project}/services/{name}")
    if found is None or not _is_here(call):
        raise Refusal(
            404,
            f"Resource '{name}' of kind 'SERVICE' in region '{_region(call)}' in "
            f"project '{call.store.place.project}' does not exist.",
        )
    return found


def list_services(call: Call) -> Resource:
    place = call.store.place
    items = call.store.under(f"run/projects/{place.project}/services") if _is_here(call) else []
    listed = _API | {"kind": "ServiceList", "metadata": {"selfLink": call.path}}
    return listed | {"items": items} if items else listed


def _region(call: Call) -> str:
    """The region asked for: in the path, or in front of the host; any on the global host."""
    if "location" in call.params:
        return call.params["location"]
    if call.host.endswith(_REGIONAL_HOST):
        return call.host.removesuffix(_REGIONAL_HOST)
    return call.store.place.region


def _is_here(call: Call) -> bool:
    return _region(call) in (call.store.place.region, "-")


def _service(name: str, body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    revision = f"{name}-{body['revision']}"
    return _API | {
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": place.number,
            "selfLink": f"/apis/serving.knative.dev/v1/namespaces/{place.number}/services/{name}",
            "uid": f"5f0c1f7e-0000-4000-8000-{sum(name.encode()):012d}",
            "resourceVersion": "AAYxMzcwMQo",
            "generation": 12,
            "creationTimestamp": _LONG_AGO,
            "labels": {"cloud.googleapis.com/location": place.region},
            "annotations": {
                "run.googleapis.com/ingress": "all",
                "run.googleapis.com/ingress-status": "all",
            },
        },
        "spec": {
            "template": {
                "metadata": {"name": revision, "annotations": dict(body["annotations"])},
                "spec": _template(body, place),
            },
            "traffic": [{"percent": 100, "latestRevision": True}],
        },
        "status": _status(name, revision, body, place),
    }


def _template(body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    container = {
        "image": body["image"],
        "ports": [{"name": "http1", "containerPort": 8080}],
        "resources": {"limits": dict(body["limits"])},
        "env": [_variable(name, value) for name, value in body["env"].items()],
    }
    return {
        "containerConcurrency": 80,
        "timeoutSeconds": 300,
        "serviceAccountName": f"{place.number}-compute@developer.gserviceaccount.com",
        "containers": [container],
    }


def _variable(name: str, value: str | Mapping[str, str]) -> Resource:
    if isinstance(value, str):
        return {"name": name, "value": value}
    return {
        "name": name,
        "valueFrom": {"secretKeyRef": {"name": value["secret"], "key": "latest"}},
    }


def _status(
    name: str, revision: str, body: Mapping[str, Any], place: Place
) -> Resource:  # Any: YAML
    ready = f"{name}-{body['ready']}"
    address = f"https://{name}-{place.number}.{place.region}.run.app"
    message = "" if ready == revision else str(body["message"])
    conditions = [
        _condition("Ready", message),
        _condition("ConfigurationsReady", message),
        _condition("RoutesReady", ""),
    ]
    return {
        "observedGeneration": 12,
        "conditions": conditions,
        "latestCreatedRevisionName": revision,
        "latestReadyRevisionName": ready,
        "traffic": [{"revisionName": ready, "percent": 100, "latestRevision": True}],
        "url": address,
        "address": {"url": address},
    }


def _condition(kind: str, failure: str) -> Resource:
    """A condition that holds, or the reason why it does not."""
    condition = {"type": kind, "lastTransitionTime": _LONG_AGO}
    if not failure:
        return condition | {"status": "True"}
    reason = {"reason": "HealthCheckContainerError", "message": failure}
    return condition | {"status": "False"} | reason


_SERVICES = "/apis/serving.knative.dev/v1/namespaces/{project}/services"
_BY_LOCATION = "/v1/projects/{project}/locations/{location}/services"

PRODUCT = Product(
    routes=(
        Route("GET", _SERVICES, list_services),
        Route("GET", _SERVICES + "/{service}", get_service),
        Route("GET", _BY_LOCATION, list_services),
        Route("GET", _BY_LOCATION + "/{service}", get_service),
    ),
    sections={"run_services": seed},
)
