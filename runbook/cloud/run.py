"""Cloud Run services and revisions, in the shape of the v1 API that runbooks speak."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target


class Run:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "run", "v1")
