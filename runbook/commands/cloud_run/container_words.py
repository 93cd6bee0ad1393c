"""Containers, probes and volumes of a Cloud Run revision in words, as gcloud tells them."""

from __future__ import annotations

from runbook.commands.cloud_run.resource import (
    Resource,
    annotation,
    label,
    object_at,
    objects_at,
    text_at,
)
from runbook.commands.language.layout import Block, Cell, Rows, labels, lines
from runbook.commands.language.texts_in_json import whole_object
from runbook.document.definition import Json

_RUN = "run.googleapis.com"
_GPU = "nvidia.com/gpu"
_BUCKET_DRIVER = "gcsfuse.run.googleapis.com"
_SQL_DRIVER = "cloudsql.run.googleapis.com"


def container_words(made_of: Json) -> Rows:
    """Each container of a revision, by name."""
    containers = objects_at(made_of, "spec", "containers")
    by_name = sorted(containers, key=lambda container: text_at(container, "name"))
    rows = [
        (f"Container {container.get('name')}", _container(container, made_of, containers))
        for container in by_name
    ]
    return Rows(rows)


def _container(container: Resource, made_of: Json, containers: list[Resource]) -> Rows:
    name = text_at(container, "name")
    limits = object_at(container, "resources", "limits")
    is_main = len(containers) == 1 or bool(container.get("ports"))
    probe_kind = label(made_of, f"{_RUN}/startupProbeType") if is_main else ""
    gpu = text_at(limits, _GPU)
    gpu_kind = text_at(object_at(made_of, "spec", "nodeSelector"), f"{_RUN}/accelerator")
    base_images = whole_object(annotation(made_of, f"{_RUN}/base-images"))
    waits_for = whole_object(annotation(made_of, f"{_RUN}/container-dependencies")).get(name)
    ports = [text_at(port, "containerPort") for port in objects_at(container, "ports")]
    return labels(
        ("Image", text_at(container, "image")),
        ("Base Image", text_at(base_images, name)),
        ("Command", _words(container.get("command"))),
        ("Args", _words(container.get("args"))),
        ("Port", " ".join(ports)),
        ("Memory", text_at(limits, "memory")),
        ("CPU", text_at(limits, "cpu")),
        ("GPU", gpu),
        ("GPU Type", gpu_kind if gpu else ""),
        ("Env vars", _by_name(_literals(container))),
        ("Volume Mounts", _by_name(_mounts(container, made_of))),
        ("Secrets", _by_name(_secrets(container, made_of))),
        ("Startup Probe", _probe(object_at(container, "startupProbe"), probe_kind)),
        ("Liveness Probe", _probe(object_at(container, "livenessProbe"))),
        ("Readiness Probe", _probe(object_at(container, "readinessProbe"))),
        ("Container Dependencies", ", ".join(_texts(waits_for))),
    )


def _words(value: Json) -> str:
    return " ".join(_texts(value))


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _by_name(found: dict[str, Cell]) -> Rows:
    return Rows([(name, found[name]) for name in sorted(found)])


def _literals(container: Resource) -> dict[str, Cell]:
    variables = objects_at(container, "env")
    return {
        text_at(one, "name"): text_at(one, "value") for one in variables if "valueFrom" not in one
    }


def _secrets(container: Resource, made_of: Json) -> dict[str, Cell]:
    """Secrets in variables and in mounted files."""
    found: dict[str, Cell] = {}
    for variable in objects_at(container, "env"):
        secret = object_at(variable, "valueFrom", "secretKeyRef")
        if secret:
            name = text_at(variable, "name")
            found[name] = f"{text_at(secret, 'name')}:{text_at(secret, 'key')}"
    for path, volume in _mounted(container, made_of).items():
        source = object_at(volume, "secret")
        if source:
            keys = [text_at(item, "key") for item in objects_at(source, "items")]
            found[path] = ":".join([text_at(source, "secretName"), *keys[:1]])
    return found


def _mounts(container: Resource, made_of: Json) -> dict[str, Cell]:
    found = {path: _mount(volume) for path, volume in _mounted(container, made_of).items()}
    return {path: words for path, words in found.items() if words}


def _mounted(container: Resource, made_of: Json) -> dict[str, Resource]:
    """Volumes by the path at which the container has them."""
    volumes = {text_at(one, "name"): one for one in objects_at(made_of, "spec", "volumes")}
    return {
        text_at(mount, "mountPath"): volumes.get(text_at(mount, "name"), {})
        for mount in objects_at(container, "volumeMounts")
    }


def _mount(volume: Resource) -> Cell:
    name = ("name", text_at(volume, "name"))
    attributes = object_at(volume, "csi", "volumeAttributes")
    if not volume:
        return "volume not found"
    if "emptyDir" in volume:
        return labels(name, ("type", "in-memory"))
    if "nfs" in volume:
        return labels(name, ("type", "nfs"), ("location", _nfs(volume)))
    if text_at(volume, "csi", "driver") == _BUCKET_DRIVER:
        bucket = text_at(attributes, "bucketName")
        return labels(name, ("type", "cloud-storage"), ("bucket", bucket))
    return ""


def volume_words(made_of: Json) -> Rows:
    """Volumes that are not secrets, by name."""
    found = {
        text_at(volume, "name"): _volume(volume)
        for volume in objects_at(made_of, "spec", "volumes")
    }
    return _by_name({name: words for name, words in found.items() if words})


def _volume(volume: Resource) -> Cell:
    attributes = object_at(volume, "csi", "volumeAttributes")
    if "emptyDir" in volume:
        size = text_at(volume, "emptyDir", "sizeLimit")
        return labels(("type", "in-memory"), ("size-limit", size))
    if "nfs" in volume:
        is_read_only = _flag(object_at(volume, "nfs"))
        return labels(("type", "nfs"), ("location", _nfs(volume)), ("read-only", is_read_only))
    if text_at(volume, "csi", "driver") == _BUCKET_DRIVER:
        return labels(
            ("type", "cloud-storage"),
            ("bucket", text_at(attributes, "bucketName")),
            ("read-only", _flag(object_at(volume, "csi"))),
            ("mount-options", _options(text_at(attributes, "mountOptions"))),
        )
    if text_at(volume, "csi", "driver") == _SQL_DRIVER:
        return labels(("type", "cloudsql"), ("instances", text_at(attributes, "instances")))
    return ""


def _options(text: str) -> Cell:
    return Rows([tuple(option.split("=", 1)) for option in text.split(",")]) if text else ""


def _flag(source: Resource) -> str:
    return "True" if source.get("readOnly") is True else ""


def _nfs(volume: Resource) -> str:
    return f"{text_at(volume, 'nfs', 'server')}:{text_at(volume, 'nfs', 'path')}"


def _probe(probe: Resource, kind: str = "") -> Block | str:
    if not probe:
        return ""
    action = "HTTP" if "httpGet" in probe else "GRPC" if "grpc" in probe else "TCP"
    port = text_at(probe, "grpc", "port") or text_at(probe, "tcpSocket", "port")
    return lines(
        f"{action} every {probe.get('periodSeconds')}s",
        labels(
            ("Path", text_at(probe, "httpGet", "path")),
            ("Port", port),
            ("Initial delay", f"{probe.get('initialDelaySeconds') or 0}s"),
            ("Timeout", f"{probe.get('timeoutSeconds')}s"),
            ("Success threshold", text_at(probe, "successThreshold")),
            ("Failure threshold", f"{probe.get('failureThreshold')}"),
            ("Type", kind),
        ),
    )
