"""What `gcloud run services update` makes of a service, and the fields it can change."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping

from runbook.commands.cloud_run.environment import environment, with_environment
from runbook.commands.cloud_run.resource import (
    CONNECTOR,
    EGRESS,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    Resource,
    annotation,
    main_container,
    object_at,
    objects_at,
    template,
    text_at,
)
from runbook.commands.cloud_run.traffic import percents, without_latest
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json

CREATES_NO_REVISION = {"no-traffic"}
DEFAULT = "default"
RUNNING_IMAGE = "x_running_image"
"""Our own field of a service that was read: its image by digest, as the newest revision runs it."""

_CPU_THROTTLING = "run.googleapis.com/cpu-throttling"
_BREAKGLASS = "run.googleapis.com/binary-authorization-breakglass"
_CLIENT = "run.googleapis.com/client-name"
_CLIENT_VERSION = "run.googleapis.com/client-version"
_NONCE = "client.knative.dev/nonce"
_ANNOTATIONS = {
    "vpc-connector": CONNECTOR,
    "vpc-egress": EGRESS,
    "min-instances": LEAST_INSTANCES,
    "max-instances": MOST_INSTANCES,
    "cpu-throttling": _CPU_THROTTLING,
}
_LIMITS = ("cpu", "memory")


def updated(service: Resource, arguments: Arguments) -> Resource:
    """`service` as it will be."""
    after = copy.deepcopy(service)
    _own_annotations(after).pop(_BREAKGLASS, None)
    if creates_revision(arguments):
        _update_template(template(after), service, arguments)
    if arguments.flag("no-traffic"):
        serving = text_at(service, "status", "latestReadyRevisionName")
        object_at(after, "spec")["traffic"] = _as_json(
            without_latest(objects_at(after, "spec", "traffic"), serving)
        )
    return after


def creates_revision(arguments: Arguments) -> bool:
    return any(name not in CREATES_NO_REVISION for name, _value in arguments.flags)


def update_fields(service: Resource | None) -> dict[str, Json]:
    """The fields by the path people read. A variable is its text, or where its secret is."""
    if service is None:
        return {}
    made_of = template(service)
    index, container = main_container(made_of)
    inner = f"spec.template.spec.containers[{index}]"
    fields: dict[str, Json] = {f"{inner}.image": text_at(container, "image") or None}
    for name in _LIMITS:
        limit = text_at(container, "resources", "limits", name)
        fields[f"{inner}.resources.limits.{name}"] = limit or None
    for name, value in environment(container).items():
        fields[f"{inner}.env.{name}"] = value
    for name in ("timeoutSeconds", "containerConcurrency", "serviceAccountName"):
        fields[f"spec.template.spec.{name}"] = object_at(made_of, "spec").get(name)
    for name in _ANNOTATIONS.values():
        fields[annotation_path(name)] = annotation(made_of, name) or None
    return fields | {"spec.traffic": dict(percents(service))}


def annotation_path(name: str) -> str:
    return f'spec.template.metadata.annotations."{name}"'


def body_of(after: Resource, arguments: Arguments, request_id: str) -> Resource:
    """What is sent: `after` with who sends it, and with a mark that makes Google form a revision
    even when nothing else differs."""
    body = {name: value for name, value in copy.deepcopy(after).items() if name != RUNNING_IMAGE}
    _sign(_own_annotations(body))
    if creates_revision(arguments):
        metadata = _child(template(body), "metadata")
        _sign(_child(metadata, "annotations"))
        _child(metadata, "labels")[_NONCE] = _letters(request_id + text_at(body, "metadata", "uid"))
    return body


def _sign(annotations: Resource) -> None:
    annotations[_CLIENT] = "runbook"
    annotations.pop(_CLIENT_VERSION, None)


def _letters(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:10])


def _update_template(made_of: Resource, service: Resource, arguments: Arguments) -> None:
    """In place. A revision is named by Google, so the former name goes."""
    metadata = _child(made_of, "metadata")
    metadata.pop("name", None)
    _update_annotations(_child(metadata, "annotations"), arguments)
    spec = object_at(made_of, "spec")
    _update_limits(spec, arguments)
    _index, container = main_container(made_of)
    image = arguments.text("image") or text_at(service, RUNNING_IMAGE)
    if image:
        container["image"] = image
    for name in _LIMITS:
        if arguments.text(name):
            limits = _child(_child(container, "resources"), "limits")
            limits[name] = arguments.text(name)
    with_environment(container, arguments)


def _update_limits(spec: Resource, arguments: Arguments) -> None:
    timeout = arguments.flag("timeout")
    if isinstance(timeout, int):
        spec["timeoutSeconds"] = timeout
    concurrency = arguments.text("concurrency")
    if concurrency == DEFAULT:
        spec.pop("containerConcurrency", None)
    elif concurrency:
        spec["containerConcurrency"] = int(concurrency)
    if arguments.text("service-account"):
        spec["serviceAccountName"] = arguments.text("service-account")


def _update_annotations(annotations: Resource, arguments: Arguments) -> None:
    for flag, name in _ANNOTATIONS.items():
        value = arguments.flag(flag)
        is_default = value == DEFAULT or (flag == "min-instances" and value == "0")
        if is_default:
            annotations.pop(name, None)
        elif value is not None:
            annotations[name] = str(value).lower() if isinstance(value, bool) else str(value)
    if arguments.flag("clear-vpc-connector"):
        annotations.pop(CONNECTOR, None)
        annotations.pop(EGRESS, None)


def _own_annotations(service: Resource) -> Resource:
    return _child(_child(service, "metadata"), "annotations")


def _child(parent: Resource, name: str) -> Resource:
    """The object at `name`, made where there is none."""
    found = parent.get(name)
    if isinstance(found, dict):
        return found
    made: Resource = {}
    parent[name] = made
    return made


def _as_json(targets: list[Resource]) -> list[Json]:
    return [dict(target) for target in targets]


def changed_values(fields: Mapping[str, Json], prefix: str) -> dict[str, Json]:
    """Those fields whose path begins with `prefix`, by what follows it."""
    return {
        path.removeprefix(prefix): value
        for path, value in fields.items()
        if path.startswith(prefix)
    }
