"""Cloud SQL instances through the Admin API."""

from __future__ import annotations

from collections.abc import Callable

from runbook.cloud import operations
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json


class Sql:
    """Instances by project and short name."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "sqladmin", "v1")

    def instance(self, project: str, instance: str) -> dict[str, Json]:
        instances = self._api.collection("instances")
        request = instances.get(project=project, instance=instance)
        return self._api.read(request, "cloudsql.instances.get")

    def patch_instance(
        self, project: str, instance: str, body: dict[str, Json]
    ) -> operations.Operation:
        """Asks once for the change; lists in `body` replace those of the instance."""
        instances = self._api.collection("instances")
        request = instances.patch(project=project, instance=instance, body=body)
        return operations.of_sql(self._api.change(request, "cloudsql.instances.update"))

    def flags(self, database_version: str) -> list[dict[str, Json]]:
        """The database flags this version knows, with their limits and `requiresRestart`."""
        request = self._api.collection("flags").list(databaseVersion=database_version)
        items = self._api.read(request, "cloudsql.instances.get").get("items")
        return [flag for flag in items if isinstance(flag, dict)] if isinstance(items, list) else []

    def wait(
        self, project: str, operation: operations.Operation, emit: Callable[[str], None]
    ) -> operations.Operation:
        collection = self._api.collection("operations")

        def look() -> operations.Operation:
            request = collection.get(project=project, operation=operation.name)
            return operations.of_sql(self._api.read(request, "cloudsql.instances.get"))

        return operations.wait(operation, look, emit=emit, deadline=self._api.target.deadline)
