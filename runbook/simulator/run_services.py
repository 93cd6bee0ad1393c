"""Cloud Run services as a scenario describes them and as a deployment leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator import operations
from runbook.simulator.merge import merged
from runbook.simulator.run_revisions import (
    API,
    CREATOR,
    State,
    key_of,
    revision_of,
    service_key,
    settled,
    uid_of,
    version_of,
)
from runbook.simulator.store import Place, Resource

_DEPLOYED = "2026-01-12T09:41:07.220184Z"
_EARLIER = "2025-12-18T15:{:02}:52.118204Z"
_DOES_NOT_LISTEN = "HealthCheckContainerError"
_PROBE: Resource = {
    "timeoutSeconds": 240,
    "periodSeconds": 240,
    "failureThreshold": 1,
    "tcpSocket": {"port": 8080},
}


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """Each service with its newest revision and those of `earlier`, which say what differed."""
    resources: dict[str, Resource] = {}
    for name, body in section.items():
        service = _seeded(name, body, place)
        resources[service_key(place, name)] = service
        for number, changes in body.get("earlier", {}).items():
            once = {"revision": number, "ready": number}
            then = _seeded(name, merged(body, changes or {}) | once, place)
            resources |= _seeded_revision(then, place, _EARLIER.format(int(number[:5]) % 60))
        resources |= _seeded_revision(service, place, _DEPLOYED)
    return resources


def status_of(
    service: Resource, place: Place, state: State, at: str, *, reason: str = "", message: str = ""
) -> Resource:
    """The status of a service whose newest revision is `state`; `service` has its former status.

    Traffic moves when the revision is ready; a failed one leaves it where it was.
    """
    status: Resource = service["status"] | {
        "observedGeneration": service["metadata"]["generation"],
        "conditions": _conditions(state, at, reason, message),
    }
    if state == "True":
        status["latestReadyRevisionName"] = status["latestCreatedRevisionName"]
        return routed(service | {"status": status}, place)
    return status


def routed(service: Resource, place: Place) -> Resource:
    """The status of a service once its traffic goes where its `spec` says."""
    status: Resource = service["status"]
    name, ready = service["metadata"]["name"], status["latestReadyRevisionName"]
    lines = [_served(one, ready, name, place) for one in service["spec"]["traffic"]]
    return status | {"traffic": lines}


def address_of(name: str, place: Place) -> str:
    return f"https://{name}-{place.number}.{place.region}.run.app"


def _conditions(state: State, at: str, reason: str, message: str) -> list[Resource]:
    told: Resource = {"status": state, "lastTransitionTime": at}
    if reason:
        told |= {"reason": reason, "message": message}
    routes = told if state == "Unknown" else {"status": "True", "lastTransitionTime": at}
    return [
        {"type": "Ready"} | told,
        {"type": "ConfigurationsReady"} | told,
        {"type": "RoutesReady"} | routes,
    ]


def _served(wanted: Resource, ready: str, name: str, place: Place) -> Resource:
    """One line of the traffic as it is served, with the revision that `latest` means."""
    served = {"revisionName": wanted.get("revisionName", ready)} | wanted
    if tag := wanted.get("tag"):
        served["url"] = address_of(f"{tag}---{name}", place)
    return served


def _seeded_revision(service: Resource, place: Place, created: str) -> dict[str, Resource]:
    name = service["spec"]["template"]["metadata"]["name"]
    revision = revision_of(service, name, place, created=created)
    ready = service["status"]["conditions"][0]
    why = {key: ready[key] for key in ("reason", "message") if key in ready}
    return {key_of(place, name): settled(revision, created, **why)}


def _seeded(name: str, body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    number = int(body["revision"].partition("-")[0])
    revision, ready = f"{name}-{body['revision']}", f"{name}-{body['ready']}"
    template = {
        "metadata": {"name": revision, "annotations": dict(body["annotations"])},
        "spec": _container_spec(body, place),
    }
    service = API | {
        "kind": "Service",
        "metadata": _metadata(name, number, place),
        "spec": {
            "template": template,
            "traffic": body.get("traffic", [{"percent": 100, "latestRevision": True}]),
        },
        "status": {
            "latestCreatedRevisionName": revision,
            "url": address_of(name, place),
            "address": {"url": address_of(name, place)},
        },
    }
    return service | {"status": _seeded_status(service, ready, body, place)}


def _seeded_status(
    service: Resource, ready: str, body: Mapping[str, Any], place: Place
) -> Resource:  # Any: YAML
    """The last revision that was ready serves; the newest may have failed with a `message`."""
    newest = service["status"]["latestCreatedRevisionName"]
    as_served = service | {"status": service["status"] | {"latestCreatedRevisionName": ready}}
    status = status_of(as_served, place, "True", _DEPLOYED)
    if ready == newest:
        return status
    failed = service | {"status": status | {"latestCreatedRevisionName": newest}}
    why = {"reason": str(body.get("reason", _DOES_NOT_LISTEN)), "message": str(body["message"])}
    return status_of(failed, place, "False", _DEPLOYED, **why)


def _metadata(name: str, generation: int, place: Place) -> Resource:
    return {
        "name": name,
        "namespace": place.number,
        "selfLink": f"/apis/serving.knative.dev/v1/namespaces/{place.number}/services/{name}",
        "uid": uid_of(name),
        "resourceVersion": version_of(name, generation),
        "generation": generation,
        "creationTimestamp": _EARLIER.format(0),
        "labels": {"cloud.googleapis.com/location": place.region},
        "annotations": {
            "run.googleapis.com/ingress": "all",
            "run.googleapis.com/ingress-status": "all",
            "run.googleapis.com/urls": f'["{address_of(name, place)}"]',
            CREATOR: operations.USER,
            "serving.knative.dev/lastModifier": operations.USER,
        },
    }


def _container_spec(body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    container = {
        "image": body["image"],
        "ports": [{"name": "http1", "containerPort": 8080}],
        "resources": {"limits": dict(body["limits"])},
        "env": [_variable(name, value) for name, value in body["env"].items()],
        "startupProbe": dict(_PROBE),
    }
    return {
        "containerConcurrency": 80,
        "timeoutSeconds": 300,
        "serviceAccountName": body.get(
            "account", f"{place.number}-compute@developer.gserviceaccount.com"
        ),
        "containers": [container],
    }


def _variable(name: str, value: str | Mapping[str, str]) -> Resource:
    if isinstance(value, str):
        return {"name": name, "value": value}
    reference = {"name": value["secret"], "key": value.get("version", "latest")}
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}
