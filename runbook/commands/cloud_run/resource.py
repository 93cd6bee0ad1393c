"""What Cloud Run's services and revisions say about themselves, read from their JSON."""

from __future__ import annotations

import json
from typing import TypeAlias

from runbook.document.definition import Json

Resource: TypeAlias = dict[str, Json]

CONNECTOR = "run.googleapis.com/vpc-access-connector"
EGRESS = "run.googleapis.com/vpc-access-egress"
INTERFACES = "run.googleapis.com/network-interfaces"
LEAST_INSTANCES = "autoscaling.knative.dev/minScale"
MOST_INSTANCES = "autoscaling.knative.dev/maxScale"
_REGION = "cloud.googleapis.com/location"
_CREATOR = "serving.knative.dev/creator"
_MODIFIER = "serving.knative.dev/lastModifier"
_URLS = "run.googleapis.com/urls"


def _at(value: Json, path: tuple[str, ...]) -> Json:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(resource: Json, *path: str) -> str:
    """The text or number at a path, "" where there is none."""
    found = _at(resource, path)
    return "" if found is None or isinstance(found, dict | list) else str(found)


def number_at(resource: Json, *path: str) -> int:
    found = _at(resource, path)
    return found if isinstance(found, int) else 0


def object_at(resource: Json, *path: str) -> Resource:
    found = _at(resource, path)
    return found if isinstance(found, dict) else {}


def objects_at(resource: Json, *path: str) -> list[Resource]:
    found = _at(resource, path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def annotation(resource: Json, name: str) -> str:
    return text_at(object_at(resource, "metadata", "annotations"), name)


def label(resource: Json, name: str) -> str:
    return text_at(object_at(resource, "metadata", "labels"), name)


def template(service: Json) -> Resource:
    """What the next revision is made of: `metadata` and `spec`."""
    return object_at(service, "spec", "template")


def main_container(made_of: Json) -> tuple[int, Resource]:
    """The container that takes requests, and its place: the only one, or the one with a port."""
    containers = objects_at(made_of, "spec", "containers")
    for index, container in enumerate(containers):
        if len(containers) == 1 or container.get("ports"):
            return index, container
    return 0, {}


def condition(resource: Json, kind: str) -> Resource:
    found = objects_at(resource, "status", "conditions")
    return next((one for one in found if one.get("type") == kind), {})


def ready(resource: Json) -> str:
    """ "True", "False", or "Unknown" while Google works on it."""
    status = text_at(condition(resource, "Ready"), "status").capitalize()
    return status if status in ("True", "False") else "Unknown"


def symbol(resource: Json) -> str:
    """gcloud's mark: well, failed, in between, or `!` for a service that still serves from the
    revision before the failed one."""
    created = text_at(resource, "status", "latestCreatedRevisionName")
    serving = text_at(resource, "status", "latestReadyRevisionName")
    if ready(resource) == "False":
        return "!" if serving and created != serving else "X"
    return "\N{HEAVY CHECK MARK}" if ready(resource) == "True" else "\N{HORIZONTAL ELLIPSIS}"


def url(service: Json) -> str:
    try:
        urls = json.loads(annotation(service, _URLS) or "[]")
    except ValueError:
        urls = []
    return str(urls[0]) if isinstance(urls, list) and urls else text_at(service, "status", "url")


def region(resource: Json) -> str:
    return label(resource, _REGION)


def last_modifier(service: Json) -> str:
    return annotation(service, _MODIFIER)


def last_transition(resource: Json) -> str:
    return text_at(condition(resource, "Ready"), "lastTransitionTime")


def seen_service(service: Json) -> Json:
    """A service with the names that gcloud gives to columns and filters besides its fields."""
    if not isinstance(service, dict):
        return service
    return _seen(service) | {
        "domain": url(service) or None,
        "last_modifier": last_modifier(service) or None,
        "last_transition_time": last_transition(service) or None,
    }


def seen_revision(revision: Json) -> Json:
    """The same for a revision."""
    if not isinstance(revision, dict):
        return revision
    active = text_at(condition(revision, "Active"), "status").capitalize()
    return _seen(revision) | {
        "active": {"True": True, "False": False}.get(active),
        "service_name": label(revision, "serving.knative.dev/service") or None,
        "creation_timestamp": text_at(revision, "metadata", "creationTimestamp") or None,
        "author": annotation(revision, _CREATOR) or None,
        "last_transition_time": last_transition(revision) or None,
    }


def _seen(resource: Resource) -> Resource:
    return {
        **resource,
        "ready_symbol": symbol(resource),
        "name": text_at(resource, "metadata", "name") or None,
        "namespace": text_at(resource, "metadata", "namespace") or None,
        "region": region(resource) or None,
    }
