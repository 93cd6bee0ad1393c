"""Which Google APIs a project uses."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target


class Services:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "serviceusage", "v1")
