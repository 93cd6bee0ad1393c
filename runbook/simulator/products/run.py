"""Cloud Run, API v1: services and their revisions, in Knative's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator import run_services
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call, Handler, Product, Route
from runbook.simulator.run_deployments import deploy
from runbook.simulator.run_readiness import CONNECTOR, FAULTY_IMAGES, NO_ACCESS
from runbook.simulator.run_revisions import (
    API,
    CREATOR,
    digest_of,
    key_of,
    service_key,
    shown,
    version_of,
)
from runbook.simulator.store import Place, Resource

_REGIONAL_HOST = "-run.googleapis.com"
_EGRESS = "run.googleapis.com/vpc-access-egress"
_INTERFACES = "run.googleapis.com/network-interfaces"
_SERVER_SETS = (
    CREATOR,
    "serving.knative.dev/lastModifier",
    "run.googleapis.com/ingress-status",
    "run.googleapis.com/urls",
)
_EGRESSES = ("all-traffic", "all", "private-ranges-only")


def get_service(call: Call) -> Resource:
    return _service(call)


def list_services(call: Call) -> Resource:
    place = call.store.place
    return _listed(call, "Service", call.store.under(f"run/projects/{place.project}/services"))


def replace_service(call: Call) -> Resource:
    """The whole service as the client wants it; a changed template becomes a new revision.

    A `resourceVersion` that is no longer the present one is refused (409). `dryRun=all` checks and
    changes nothing.
    """
    before = _service(call)
    _check_name(call)
    _check_version(before, call.body)
    wanted = _wanted(before, call.body)
    _check_traffic(wanted["spec"]["traffic"])
    _check_egress(wanted["spec"]["template"]["metadata"].get("annotations", {}))
    if call.query.get("dryRun") == "all":
        return wanted
    return deploy(call, before, wanted)


def get_revision(call: Call) -> Resource:
    name = call.params["revision"]
    found = call.store.get(key_of(call.store.place, name))
    if found is None or not _is_here(call):
        raise _missing(call, "REVISION", name)
    return shown(call.store, found)


def list_revisions(call: Call) -> Resource:
    """Newest first; those whose labels fit `labelSelector`, a list of `label = value`."""
    place = call.store.place
    revisions = call.store.under(f"run/projects/{place.project}/revisions")
    wanted = _selected(call.query.get("labelSelector", ""))
    found = [
        shown(call.store, one)
        for one in revisions
        if wanted.items() <= one["metadata"]["labels"].items()
    ]
    found.sort(key=lambda one: str(one["metadata"]["creationTimestamp"]), reverse=True)
    return _listed(call, "Revision", found)


def seed_faulty(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """Images that never start, with what Cloud Run says of them; kept by digest."""
    return {FAULTY_IMAGES: {digest_of(image): text for image, text in section.items()}}


def seed_no_access(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """Service accounts that lost their access to secrets."""
    return {NO_ACCESS: {"accounts": list(section)}}


def seed_failing(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """Revisions that are ready and answer with errors all the same, by service, and why."""
    return {
        f"run/down/{name}": {f"{name}-{revision}": text for revision, text in body.items()}
        for name, body in section.items()
    }


def _service(call: Call) -> Resource:
    name = call.params["service"]
    found = call.store.get(service_key(call.store.place, name))
    if found is None or not _is_here(call):
        raise _missing(call, "SERVICE", name)
    return found


def _missing(call: Call, kind: str, name: str) -> Refusal:
    return Refusal(
        404,
        f"Resource '{name}' of kind '{kind}' in region '{_region(call)}' in "
        f"project '{call.store.place.project}' does not exist.",
    )


def _listed(call: Call, kind: str, items: list[Resource]) -> Resource:
    """One page as Knative cuts it: `limit` and `continue`. gcloud needs `metadata` in any case."""
    items = items if _is_here(call) else []
    start, size = _whole(call, "continue"), _whole(call, "limit") or len(items)
    metadata = {"selfLink": call.path}
    if start + size < len(items):
        metadata["continue"] = str(start + size)
    listed: Resource = API | {"kind": f"{kind}List", "metadata": metadata}
    page = items[start : start + size]
    return listed | {"items": page} if page else listed


def _whole(call: Call, name: str) -> int:
    text = call.query.get(name, "") or "0"
    if not text.isdecimal():
        raise Refusal(400, f"Invalid value for parameter {name}: '{text}'.")
    return int(text)


def _selected(selector: str) -> dict[str, str]:
    pairs = (term.partition("=") for term in selector.split(",") if term.strip())
    return {label.strip(): value.strip("= ") for label, _, value in pairs}


def _region(call: Call) -> str:
    """The region asked for: in the path, or in front of the host; any on the global host."""
    if "location" in call.params:
        return call.params["location"]
    if call.host.endswith(_REGIONAL_HOST):
        return call.host.removesuffix(_REGIONAL_HOST)
    return call.store.place.region


def _is_here(call: Call) -> bool:
    return _region(call) in (call.store.place.region, "-")


def _check_name(call: Call) -> None:
    name = (call.body.get("metadata") or {}).get("name")
    if name != call.params["service"]:
        raise Refusal(400, f"The name '{name}' does not match that of the path.")
    if not isinstance((call.body.get("spec") or {}).get("template"), dict):
        raise Refusal(400, "The field 'spec.template' is required.")


def _check_version(before: Resource, body: Resource) -> None:
    given, present = body["metadata"].get("resourceVersion"), before["metadata"]["resourceVersion"]
    if given and given != present:
        raise Refusal(
            409,
            f"Conflict for resource '{before['metadata']['name']}': version '{given}' was "
            f"specified but current version is '{present}'.",
            status="ABORTED",
        )


def _wanted(before: Resource, body: Resource) -> Resource:
    """What the client may set laid over what the server keeps."""
    now, given = before["metadata"], body["metadata"]
    spec = {"traffic": before["spec"]["traffic"]} | body["spec"]
    template = {"metadata": {}} | spec["template"]
    generation = int(now["generation"]) + 1
    kept = {key: now["annotations"][key] for key in _SERVER_SETS if key in now["annotations"]}
    metadata = now | {
        "labels": given.get("labels", {}) | {"cloud.googleapis.com/location": _location(now)},
        "annotations": given.get("annotations", {}) | kept,
        "generation": generation,
        "resourceVersion": version_of(now["name"], generation),
    }
    return before | {"metadata": metadata, "spec": spec | {"template": template}}


def _location(metadata: Resource) -> str:
    return str(metadata["labels"]["cloud.googleapis.com/location"])


def _check_traffic(traffic: list[Resource]) -> None:
    total = sum(int(line.get("percent") or 0) for line in traffic)
    if total != 100:
        raise Refusal(400, f"The sum of traffic percentages must be 100, not {total}.")
    for line in traffic:
        if bool(line.get("latestRevision")) == bool(line.get("revisionName")):
            raise Refusal(400, "A traffic target names a revision or is the latest one.")


def _check_egress(annotations: Mapping[str, str]) -> None:
    egress = annotations.get(_EGRESS)
    if egress and egress not in _EGRESSES:
        raise Refusal(400, f"Invalid value for annotation '{_EGRESS}': '{egress}'.")
    if egress and not (annotations.get(CONNECTOR) or annotations.get(_INTERFACES)):
        raise Refusal(400, f"Annotation '{_EGRESS}' needs a VPC connector or a network.")


_BELOW: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "services", list_services),
    ("GET", "services/{service}", get_service),
    ("PUT", "services/{service}", replace_service),
    ("GET", "revisions", list_revisions),
    ("GET", "revisions/{revision}", get_revision),
)
_PARENTS = (
    "/apis/serving.knative.dev/v1/namespaces/{project}",
    "/v1/projects/{project}/locations/{location}",
)

PRODUCT = Product(
    routes=tuple(
        Route(method, f"{parent}/{path}", handler)
        for parent in _PARENTS
        for method, path, handler in _BELOW
    ),
    sections={
        "run_services": run_services.seed,
        "run_faulty_images": seed_faulty,
        "run_failing_revisions": seed_failing,
        "accounts_without_secrets": seed_no_access,
    },
)
