"""Secret Manager metadata. Nothing here can read a secret's value."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json


class Secrets:
    """Versions by full name: "projects/P/secrets/S/versions/latest"."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "secretmanager", "v1")

    def version(self, name: str) -> dict[str, Json]:
        """Name, state and times of a version; `latest` is resolved by Google."""
        versions = self._api.collection("projects", "secrets", "versions")
        return self._api.read(versions.get(name=name), "secretmanager.versions.get")
