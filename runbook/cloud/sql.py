"""Cloud SQL instances, their operations and backups, through the Admin API."""

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

    def instances(self, project: str) -> list[Json]:
        """All of a project, page by page."""
        collection = self._api.collection("instances")
        return self._api.read_all(
            collection.list, "items", "cloudsql.instances.list", project=project, maxResults=1000
        )

    def operations_on(self, project: str, instance: str, limit: int = 0) -> list[Json]:
        """What was done to an instance, the newest first; the first `limit`, or all for 0."""
        collection = self._api.collection("operations")
        if limit:
            request = collection.list(project=project, instance=instance, maxResults=limit)
            items = self._api.read(request, "cloudsql.instances.get").get("items")
            return items if isinstance(items, list) else []
        return self._api.read_all(
            collection.list,
            "items",
            "cloudsql.instances.get",
            project=project,
            instance=instance,
            maxResults=100,
        )

    def backup_runs(self, project: str, instance: str) -> list[Json]:
        """The backups of an instance, the newest first; "-" for all instances."""
        collection = self._api.collection("backupRuns")
        return self._api.read_all(
            collection.list,
            "items",
            "cloudsql.backupRuns.list",
            project=project,
            instance=instance,
            maxResults=100,
        )

    def restart_instance(self, project: str, instance: str) -> operations.Operation:
        """Asks once."""
        instances = self._api.collection("instances")
        request = instances.restart(project=project, instance=instance)
        return operations.of_sql(self._api.change(request, "cloudsql.instances.restart"))

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
