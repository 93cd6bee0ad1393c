"""Cloud Run revisions in Knative's shape: what a service's template becomes when it is deployed."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from runbook.simulator import operations
from runbook.simulator.store import Place, Resource, Store

API = {"apiVersion": "serving.knative.dev/v1"}
CREATOR = "serving.knative.dev/creator"
_LABEL = "serving.knative.dev/"
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou"

State = Literal["True", "False", "Unknown"]


def name_of(service: str, generation: int) -> str:
    """The name that Google would give: generation and a syllable, the same for the same service."""
    digest = hashlib.sha256(f"{service}/{generation}".encode()).digest()
    first, last = (_CONSONANTS[digest[i] % len(_CONSONANTS)] for i in (0, 2))
    return f"{service}-{generation:05}-{first}{_VOWELS[digest[1] % len(_VOWELS)]}{last}"


def uid_of(name: str) -> str:
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def key_of(place: Place, name: str) -> str:
    return f"run/projects/{place.project}/revisions/{name}"


def revision_of(service: Resource, name: str, place: Place, *, created: str) -> Resource:
    """The revision that the template of `service` makes; it is neither ready nor failed yet."""
    template = service["spec"]["template"]
    metadata = {
        "name": name,
        "namespace": place.number,
        "selfLink": f"/apis/serving.knative.dev/v1/namespaces/{place.number}/revisions/{name}",
        "uid": uid_of(name),
        "resourceVersion": version_of(name, 1),
        "generation": 1,
        "labels": template["metadata"].get("labels", {}) | _labels(service, place),
        "annotations": {CREATOR: operations.USER} | template["metadata"].get("annotations", {}),
        "ownerReferences": [_owner(service)],
        "creationTimestamp": created,
    }
    status = {
        "observedGeneration": 1,
        "conditions": conditions("Unknown", created, reason="Deploying"),
        "logUrl": _log_url(service["metadata"]["name"], name, place),
        "imageDigest": digest_of(template["spec"]["containers"][0]["image"]),
    }
    return API | {
        "kind": "Revision",
        "metadata": metadata,
        "spec": template["spec"] | {"containers": _named(service, template["spec"]["containers"])},
        "status": status,
    }


def _named(service: Resource, containers: list[Resource]) -> list[Resource]:
    """Containers as a revision has them: one without a name is called after the service."""
    name = service["metadata"]["name"]
    return [{"name": f"{name}-{number}"} | one for number, one in enumerate(containers, start=1)]


def settled(revision: Resource, at: str, *, reason: str = "", message: str = "") -> Resource:
    """The revision as it is once its deployment is over: ready, or failed for `reason`."""
    state: State = "False" if reason else "True"
    told = conditions(state, at, reason=reason, message=message)
    version = version_of(revision["metadata"]["name"], 2)
    return revision | {
        "metadata": revision["metadata"] | {"resourceVersion": version},
        "status": revision["status"] | {"conditions": told},
    }


def shown(store: Store, revision: Resource) -> Resource:
    """The revision with its `Active` condition, which follows the traffic of its service."""
    service = store.get(service_key(store.place, service_name(revision)))
    traffic = service["status"].get("traffic", []) if service else []
    name = revision["metadata"]["name"]
    serves = any(one.get("revisionName") == name and one.get("percent") for one in traffic)
    status = revision["status"]
    told = [*status["conditions"], _active(status["conditions"][0], serves=serves)]
    return revision | {"status": status | {"conditions": told}}


def service_name(revision: Resource) -> str:
    return str(revision["metadata"]["labels"][f"{_LABEL}service"])


def service_key(place: Place, name: str) -> str:
    return f"run/projects/{place.project}/services/{name}"


def version_of(name: str, number: int) -> str:
    """A resourceVersion in the form of Google's: opaque, another one for each number."""
    return f"AAY{hashlib.sha256(f'{name}/{number}'.encode()).hexdigest()[:8]}"


def digest_of(image: str) -> str:
    """The image by its digest, as Google resolves a tag."""
    if "@sha256:" in image:
        return image
    folder, _, last = image.rpartition("/")
    bare = f"{folder}/{last.partition(':')[0]}"
    return f"{bare}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def conditions(
    state: State, at: str, *, reason: str = "", message: str = ""
) -> list[dict[str, Any]]:  # Any: JSON
    """Whether it is ready, its container healthy and its resources there, all three alike."""
    told: Resource = {"status": state, "lastTransitionTime": at}
    if reason:
        told |= {"reason": reason, "message": message}
    fine: Resource = {"status": "True", "lastTransitionTime": at}
    return [
        {"type": "Ready"} | told,
        {"type": "ContainerHealthy"} | told,
        {"type": "ResourcesAvailable"} | (fine if state == "False" else told),
    ]


def _active(ready: Resource, *, serves: bool) -> Resource:
    told = {"type": "Active", "severity": "Info", "lastTransitionTime": ready["lastTransitionTime"]}
    if serves:
        return told | {"status": "True"}
    return told | {"status": "False", "reason": "Retired", "message": "Revision retired."}


def _labels(service: Resource, place: Place) -> dict[str, str]:
    name, generation = service["metadata"]["name"], service["metadata"]["generation"]
    return {
        f"{_LABEL}route": name,
        f"{_LABEL}configuration": name,
        f"{_LABEL}configurationGeneration": str(generation),
        f"{_LABEL}service": name,
        f"{_LABEL}serviceUid": service["metadata"]["uid"],
        "cloud.googleapis.com/location": place.region,
        "run.googleapis.com/startupProbeType": "Default",
    }


def _owner(service: Resource) -> Resource:
    name = service["metadata"]["name"]
    return API | {
        "kind": "Configuration",
        "name": name,
        "uid": uid_of(f"{name}/configuration"),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _log_url(service: str, revision: str, place: Place) -> str:
    return (
        f"https://console.cloud.google.com/logs/viewer?project={place.project}"
        f"&resource=cloud_run_revision/service_name/{service}/revision_name/{revision}"
    )
