"""Certificates of Certificate Manager."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target


class CertificateManager:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "certificatemanager", "v1")
