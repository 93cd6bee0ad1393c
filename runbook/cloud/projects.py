"""Projects, as Resource Manager knows them."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json


class Projects:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "cloudresourcemanager", "v1")

    def project(self, name: str) -> dict[str, Json]:
        """By id or number."""
        request = self._api.collection("projects").get(projectId=name)
        return self._api.read(request, "resourcemanager.projects.get")
