"""Certificates of Certificate Manager."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json

_MOST_ON_A_PAGE = 100


class CertificateManager:
    """Names are full: "projects/P/locations/global/certificates/C"; "-" is every location."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "certificatemanager", "v1")

    def certificate(self, name: str) -> dict[str, Json]:
        certificates = self._api.collection("projects", "locations", "certificates")
        return self._api.read(certificates.get(name=name), "certificatemanager.certs.get")

    def certificates(self, parent: str) -> list[Json]:
        """All of "projects/P/locations/L", page by page."""
        return self._api.read_all(
            self._api.collection("projects", "locations", "certificates").list,
            "certificates",
            "certificatemanager.certs.list",
            parent=parent,
            pageSize=_MOST_ON_A_PAGE,
        )
