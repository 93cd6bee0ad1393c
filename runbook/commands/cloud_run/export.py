"""`--format=export` of a Cloud Run service: what another service can be made of."""

from __future__ import annotations

from collections.abc import Sequence

from runbook.document.definition import Json

_OF_ONE_DEPLOYMENT = ("creationTimestamp", "generation", "resourceVersion", "selfLink", "uid")
_OF_WHO_DEPLOYED = (
    "serving.knative.dev/creator",
    "serving.knative.dev/lastModifier",
    "run.googleapis.com/client-name",
    "run.googleapis.com/client-version",
    "run.googleapis.com/creatorEmail",
    "run.googleapis.com/lastModifierEmail",
    "run.googleapis.com/operation-id",
)


def is_export(words: Sequence[str]) -> bool:
    return without_export(words) != [*words]


def without_export(words: Sequence[str]) -> list[str]:
    """The words with YAML in its place, which is how it is written."""
    plain = ["--format=yaml" if word == "--format=export" else word for word in words]
    for at, word in enumerate(plain[:-1]):
        if word == "--format" and plain[at + 1] == "export":
            plain[at + 1] = "yaml"
    return plain


def exported(service: Json) -> Json:
    """The service without its status and what belongs to one deployment."""
    if not isinstance(service, dict):
        return service
    kept = {name: value for name, value in service.items() if name != "status"}
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        kept["metadata"] = _kept(metadata)
    return kept


def _kept(metadata: dict[str, Json]) -> dict[str, Json]:
    kept = {name: value for name, value in metadata.items() if name not in _OF_ONE_DEPLOYMENT}
    annotations = kept.get("annotations")
    if isinstance(annotations, dict):
        kept["annotations"] = {n: v for n, v in annotations.items() if n not in _OF_WHO_DEPLOYED}
    return kept
