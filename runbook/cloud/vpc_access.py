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

    def create_connector(
        self, parent: str, connector: str, body: dict[str, Json]
    ) -> operations.Operation:
        """Asks once; `connector` is the short name of what is made below `parent`."""
        connectors = self._api.collection("projects", "locations", "connectors")
        request = connectors.create(parent=parent, connectorId=connector, body=body)
        return operations.of_longrunning(self._api.change(request, "vpcaccess.connectors.create"))

    def delete_connector(self, name: str) -> operations.Operation:
        """Asks once."""
        connectors = self._api.collection("projects", "locations", "connectors")
        request = connectors.delete(name=name)
        return operations.of_longrunning(self._api.change(request, "vpcaccess.connectors.delete"))

    def unfinished(self, connector: str) -> list[dict[str, Json]]:
        """The operations on a connector that have not ended."""
        parent = connector.partition("/connectors/")[0]
        collection = self._api.collection("projects", "locations", "operations")
        found = self._api.read_all(
            collection.list, "operations", "vpcaccess.operations.list", name=parent, pageSize=100
        )
        return [
            one
            for one in found
            if isinstance(one, dict) and not one.get("done") and _target(one) == connector
        ]

    def wait(
        self, operation: operations.Operation, emit: Callable[[str], None]
    ) -> operations.Operation:
        collection = self._api.collection("projects", "locations", "operations")

        def look() -> operations.Operation:
            request = collection.get(name=operation.name)
            return operations.of_longrunning(self._api.read(request, "vpcaccess.operations.get"))

        return operations.wait(operation, look, emit=emit, deadline=self._api.target.deadline)


def _target(operation: dict[str, Json]) -> str:
    metadata = operation.get("metadata")
    return str(metadata.get("target", "")) if isinstance(metadata, dict) else ""
