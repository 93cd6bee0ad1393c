"""Which Google APIs a project uses."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json

_MOST_ON_A_PAGE = 200


class Services:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "serviceusage", "v1")

    def enabled(self, project: str) -> list[Json]:
        """The services that are switched on, page by page."""
        return self._api.read_all(
            self._api.collection("services").list,
            "services",
            "serviceusage.services.list",
            parent=f"projects/{project}",
            filter="state:ENABLED",
            pageSize=_MOST_ON_A_PAGE,
        )
