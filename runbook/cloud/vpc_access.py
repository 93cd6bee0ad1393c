"""Serverless VPC Access connectors, through discovery: the one client that can scale them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runbook.cloud import operations
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json


class VpcAccess:
    """Names are full: "projects/P/locations/R/connectors/N"."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "vpcaccess", "v1")

    def connector(self, name: str) -> dict[str, Json]:
        connectors = self._api.collection("projects", "locations", "connectors")
        return self._api.read(connectors.get(name=name), "vpcaccess.connectors.get")

    def connectors(self, parent: str) -> list[Json]:
        """All of "projects/P/locations/R", page by page."""
        collection = self._api.collection("projects", "locations", "connectors")
        return self._api.read_all(
            collection.list, "connectors", "vpcaccess.connectors.list", parent=parent, pageSize=500
        )

    def patch_connector(
        self, name: str, body: dict[str, Json], mask: Sequence[str]
    ) -> operations.Operation:
        """Asks once for the change; `wait` follows what comes of it."""
        connectors = self._api.collection("projects", "locations", "connectors")
        request = connectors.patch(name=name, updateMask=",".join(mask), body=body)
        return operations.of_longrunning(self._api.change(request, "vpcaccess.connectors.update"))

    def wait(
        self, operation: operations.Operation, emit: Callable[[str], None]
    ) -> operations.Operation:
        collection = self._api.collection("projects", "locations", "operations")

        def look() -> operations.Operation:
            request = collection.get(name=operation.name)
            return operations.of_longrunning(self._api.read(request, "vpcaccess.operations.get"))

        return operations.wait(operation, look, emit=emit, deadline=self._api.target.deadline)
