"""Projects, as Resource Manager knows them."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target


class Projects:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "cloudresourcemanager", "v1")
