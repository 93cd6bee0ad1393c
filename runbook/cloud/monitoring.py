"""Time series of Cloud Monitoring."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target


class Monitoring:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "monitoring", "v3")
